-- Entries of the queue that are not simply tasks to run.

function R.tableOf(h)
  local t = {}
  for i = 1, #h, 2 do
    t[h[i]] = h[i + 1]
  end
  return t
end

function R.reject(rejected, id, reason)
  local shown = string.sub(id, 1, 300)
  rejected[#rejected + 1] = { shown, reason }
  R.add('rejected', 1)
  R.event('rejected', shown, reason)
end

function R.failMalformed(id, v, message, ...)
  local text = cjson.encode({ kind = 'Malformed', message = message })
  R.finish(id, 'failed', v, text, 'error', text, 'deadReason', 'malformed', 'context', R.contextName(), ...)
end

-- An id without a record: the first time it gets a moment (some push before they write), the second time a record that
-- says so.
function R.missing(rejected, id)
  if redis.call('SREM', R.key('gone'), id) == 1 then
    return
  end
  if redis.call('ZADD', R.key('orphans'), 'NX', STAMP, id) == 1 then
    R.delay(id, NOW + 500)
    return
  end
  redis.call('ZREM', R.key('orphans'), id)
  R.failMalformed(id, {}, 'the queue holds this id, but there is no task with it', 'createdAt', STAMP)
  R.reject(rejected, id, 'there is no task with this id')
end

function R.notPending(rejected, id, t)
  local known = { scheduled = true, processing = true, completed = true, failed = true, cancelled = true }
  if known[t.status] then
    -- Cancelled since, or a second entry of the same task.
    redis.call('SREM', R.key('gone'), id)
    return
  end
  R.failMalformed(id, { false, false, t.idempotencyKey or false, t.notify or false, t.bytes or false,
    t.resultTtlMs or false, '0' }, 'the status is none that a task can have')
  R.reject(rejected, id, 'the status is none that a task can have')
end

-- A foreign client wrote only what it knows; the rest is added before the task first runs. Without 'bytes' a record
-- was not seen before: that is also how the claimer knows that it must be checked.
function R.adopt(id, t, h)
  local bytes = 300
  for _, value in pairs(t) do
    bytes = bytes + #value
  end
  redis.call('HSET', R.taskKey(id), 'context', R.contextName(), 'bytes', bytes)
  if not t.createdAt then
    redis.call('HSET', R.taskKey(id), 'createdAt', STAMP)
    h[#h + 1] = 'createdAt'
    h[#h + 1] = STAMP
  end
  R.add('openBytes', bytes)
  R.add('submitted', 1)
end

function R.belongs(id)
  return #id <= 400 and (TAG == R.contextName() or string.sub(id, 1, #TAG) == TAG)
end

-- With a limit for each fair key: false when the task has to wait aside for one of the key's leases.
function R.takeKeyLease(id, t)
  local fairKey = R.fairKeyFrom(t.fairKey, t.callerId)
  if R.liveOf(fairKey) >= R.rule('keyConcurrency') then
    redis.call('LPUSH', R.subKey('parked', fairKey), id)
    redis.call('SADD', R.key('parkedkeys'), fairKey)
    R.add('parked', 1)
    return false
  end
  redis.call('ZADD', R.subKey('keyleases', fairKey), S.leaseEnd, id)
  redis.call('PEXPIRE', R.subKey('keyleases', fairKey), S.leaseEnd - NOW + 60000)
  return true
end
