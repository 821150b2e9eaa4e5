-- Ends a task that waits. An entry that cannot be taken out of its list stays there until a worker comes by it: 'gone'
-- remembers that it counts no more.
function R.cancelWaiting(id, v)
  local owner = redis.call('HMGET', R.taskKey(id), 'fairKey', 'callerId')
  local fairKey = R.fairKeyFrom(owner[1], owner[2])
  if redis.call('ZREM', R.key('scheduled'), id) == 0 and not R.withdraw(id, fairKey) then
    redis.call('SADD', R.key('gone'), id)
  end
  R.endWaiting(id, v, fairKey)
  if S.rules and R.rule('keyConcurrency') then
    R.unpark(fairKey)
  end
end

-- Its entry was taken out. If it was the next of its key, that room is free.
function R.endWaiting(id, v, fairKey)
  if S.rules and R.rule('keyConcurrency') then
    redis.call('ZREM', R.subKey('keyleases', fairKey), id)
  end
  if R.count(v[5]) == 0 then
    v[5] = R.adopt(id, R.tableOf(redis.call('HGETALL', R.taskKey(id))))
  end
  R.finish(id, 'cancelled', v, '')
  R.event('cancelled', id)
end
