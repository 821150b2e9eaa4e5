-- Ends a task that waits. An entry that cannot be taken out of its list stays there until a worker comes by it: 'gone'
-- remembers that it counts no more.
function R.cancelWaiting(id, v)
  if redis.call('ZREM', R.key('scheduled'), id) == 0 then
    local owner = redis.call('HMGET', R.taskKey(id), 'fairKey', 'callerId')
    if not R.withdraw(id, R.fairKeyFrom(owner[1], owner[2])) then
      redis.call('SADD', R.key('gone'), id)
    end
  end
  R.endWaiting(id, v)
end

function R.endWaiting(id, v)
  if not v[5] then
    v[5] = R.adopt(id, R.tableOf(redis.call('HGETALL', R.taskKey(id))))
  end
  R.finish(id, 'cancelled', v, '')
  R.event('cancelled', id)
end
