-- How a run ends, but for success. v: what readRun() reads, which begins with finishFields().
function R.readRun(id)
  return redis.pcall('HMGET', R.taskKey(id), 'status', 'token', 'idempotencyKey', 'notify', 'bytes', 'resultTtlMs',
    'attempts', 'maxAttempts', 'crashes', 'cancelRequestedAt', 'fairKey', 'callerId', 'priority')
end

function R.cancelRun(id, v)
  R.finish(id, 'cancelled', v, '')
  R.endLease(id, v[11], v[12])
  R.event('cancelled', id)
  return 'cancelled'
end

function R.failForGood(id, v, failure, reason)
  R.finish(id, 'failed', v, failure, 'error', failure, 'deadReason', reason)
  R.endLease(id, v[11], v[12])
  R.event('failed', id, reason)
  return 'failed'
end

-- Lets the task wait for its next run; without a delay it goes to the end of the ready ones.
function R.again(id, v, ms, ...)
  local status = ms > 0 and 'scheduled' or 'pending'
  redis.call('HSET', R.taskKey(id), 'status', status, 'runAt', NOW + ms, 'updatedAt', STAMP, ...)
  R.endLease(id, v[11], v[12])
  if ms > 0 then
    R.delay(id, NOW + ms)
  else
    R.push(id, R.fairKeyFrom(v[11], v[12]), tonumber(v[13]) or 0, NOW)
  end
  return status
end

function R.fail(id, v, failure, ms)
  if v[10] then
    return R.cancelRun(id, v)
  end
  if not ms then
    return R.failForGood(id, v, failure, 'notRetryable')
  end
  if (tonumber(v[7]) or 1) >= (tonumber(v[8]) or 1) then
    return R.failForGood(id, v, failure, 'exhausted')
  end
  R.add('retried', 1)
  R.event('retrying', id, string.format('%.0f', ms))
  return R.again(id, v, ms, 'error', failure)
end

-- The run ended without a verdict. It is not charged as an attempt; it has a counter of its own, and waits: twice as
-- long each time, up to a minute.
function R.crash(id, v, failure)
  local crashes = R.count(v[9]) + 1
  v[7] = math.max(0, (tonumber(v[7]) or 1) - 1)
  redis.call('HSET', R.taskKey(id), 'crashes', crashes, 'attempts', v[7])
  R.add('crashed', 1)
  R.event('stalled', id, crashes)
  if v[10] then
    return R.cancelRun(id, v)
  end
  if crashes >= R.rule('maxCrashes', $DEFAULT.maxCrashes$) then
    return R.failForGood(id, v, failure, 'quarantined')
  end
  local ms = R.rule('crashDelayMs', $DEFAULT.crashDelayMs$) * 2 ^ math.min(20, crashes - 1)
  return R.again(id, v, math.min(ms, 60000), 'error', failure)
end

-- Handed back: next to run, and the run was none.
function R.release(id, v)
  if v[10] then
    return R.cancelRun(id, v)
  end
  redis.call('HSET', R.taskKey(id), 'status', 'pending', 'attempts', math.max(0, (tonumber(v[7]) or 1) - 1),
    'updatedAt', STAMP)
  local fairKey = R.fairKeyFrom(v[11], v[12])
  R.dropLease(id)
  R.reserve(id, fairKey)
  R.pushFront(id, fairKey)
  R.event('released', id)
  return 'pending'
end

function R.malformed(id, v, failure)
  R.add('rejected', 1)
  return R.failForGood(id, v, failure, 'malformed')
end

R.VERDICTS = { failed = R.fail, crashed = R.crash, released = R.release, cancelled = R.cancelRun, malformed = R.malformed }
