-- Ends a task that waits. Its entry in a list stays until a worker comes by it: 'gone' remembers that it counts no more.
function R.cancelWaiting(id, v)
  if v[1] == 'scheduled' then
    redis.call('ZREM', R.key('scheduled'), id)
  elseif redis.call('ZREM', R.key('urgent'), id) == 1 then
    S.urgent = S.urgent - 1
  else
    redis.call('SADD', R.key('gone'), id)
  end
  R.finish(id, 'cancelled', v, '', 'context', R.contextName())
  R.event('cancelled', id)
end
