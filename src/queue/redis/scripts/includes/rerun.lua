-- Makes a finished task wait again, as if it had just been submitted; its tokens go on rising.
-- Returns 1, or 0 when the record is missing or not finished (not failed, if only dead ones are meant).
function R.rerun(id, ms, onlyDead)
  local v = redis.pcall('HMGET', R.taskKey(id), 'status', 'idempotencyKey', 'bytes', 'fairKey', 'callerId', 'priority')
  local finished = v[1] == 'failed' or (not onlyDead and (v[1] == 'completed' or v[1] == 'cancelled'))
  if v.err or not finished then
    return 0
  end
  R.forgetOne(v[1] == 'failed' and 'dead' or 'finished', id)
  redis.call('HDEL', R.taskKey(id), 'output', 'error', 'finishedAt', 'startedAt', 'deadReason', 'progress',
    'progressMessage', 'cancelRequestedAt', 'cancelReason', 'workerId', 'kept', 'notify', 'runAt')
  redis.call('HSET', R.taskKey(id), 'attempts', 0, 'crashes', 0, 'updatedAt', STAMP, 'runAt', NOW + ms,
    'status', ms > 0 and 'scheduled' or 'pending')
  if v[2] and redis.call('HSETNX', R.key('idempotency'), v[2], id) == 0 then
    -- Another task took the key meanwhile.
    redis.call('HDEL', R.taskKey(id), 'idempotencyKey')
  end
  if ms > 0 then
    R.delay(id, NOW + ms)
  elseif redis.call('SREM', R.key('gone'), id) == 0 then
    R.push(id, R.fairKeyFrom(v[4], v[5]), tonumber(v[6]) or 0, NOW)
  end
  R.add('openBytes', R.count(v[3]))
  R.event('rerun', id)
  return 1
end
