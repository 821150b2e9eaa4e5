-- Lets a task wait for its moment.
function R.delay(id, runAt)
  redis.call('ZADD', R.key('scheduled'), runAt, id)
  S.nextDue = math.min(S.nextDue or runAt, runAt)
  if redis.call('ZRANGE', R.key('scheduled'), 0, 0)[1] == id then
    S.wake = true
  end
end
