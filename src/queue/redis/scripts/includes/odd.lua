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

-- Whether there is a record, and it does not name another context.
function R.isHere(id)
  return redis.call('EXISTS', R.taskKey(id)) == 1 and not R.isElsewhere(redis.call('HGET', R.taskKey(id), 'context'))
end

function R.isElsewhere(context)
  return context and context ~= '' and context ~= R.contextName()
end

-- Whether the status is that of a task which has ended, runs, or waits for its time. A foreign client may claim that of a
-- record that was not seen before.
function R.hasPlace(id, status, seen)
  if status == 'completed' or status == 'failed' or status == 'cancelled' then
    return true
  end
  local index = ({ scheduled = 'scheduled', processing = 'leases' })[status]
  return index and (seen or redis.call('ZSCORE', R.key(index), id))
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
  if redis.call('SREM', R.key('gone'), id) == 1 or R.hasPlace(id, t.status, t.bytes) then
    -- Cancelled since, or a second entry of the same task.
    return
  end
  local known = t.status == 'scheduled' or t.status == 'processing'
  local reason = known and 'the status is one that only the queue can give' or 'the status is none that a task can have'
  local bytes = R.count(t.bytes) > 0 and t.bytes or R.adopt(id, t)
  R.failMalformed(id, { false, false, t.idempotencyKey or false, t.notify or false, bytes, t.resultTtlMs or false, '0' },
    reason)
  R.reject(rejected, id, reason)
end

-- A foreign client wrote only what it knows; the rest is added when it is first seen, which is when 'bytes' is missing or
-- garbage. 'foreign' tells the claimer that nobody checked the record. h: the same record in turns, or nothing.
function R.adopt(id, t, h)
  local bytes = 300
  for _, value in pairs(t) do
    bytes = bytes + #value
  end
  bytes = tostring(bytes)
  redis.call('HSET', R.taskKey(id), 'context', R.contextName(), 'bytes', bytes, 'foreign', '1',
    'createdAt', t.createdAt or STAMP)
  if h then
    local n = #h
    h[n + 1], h[n + 2], h[n + 3], h[n + 4] = 'createdAt', t.createdAt or STAMP, 'foreign', '1'
  end
  R.add('openBytes', tonumber(bytes))
  R.add('submitted', 1)
  return bytes
end

-- 300 characters take up to 1200 bytes, and a context in braces up to 130.
function R.belongs(id)
  return #id <= 1330 and (TAG == R.contextName() or string.sub(id, 1, #TAG) == TAG)
end

-- With a limit for each fair key: false when the task has to wait aside for one of the key's leases.
function R.takeKeyLease(id, t)
  local fairKey = R.fairKeyFrom(t.fairKey, t.callerId)
  local reserved = tonumber(redis.call('ZSCORE', R.subKey('keyleases', fairKey), id) or 0) > NOW
  if not reserved and R.liveOf(fairKey) >= R.rule('keyConcurrency') then
    redis.call('LPUSH', R.subKey('parked', fairKey), id)
    redis.call('SADD', R.key('parkedkeys'), fairKey)
    R.add('parked', 1)
    return false
  end
  R.keepKeyLease(id, fairKey, S.leaseEnd)
  return true
end
