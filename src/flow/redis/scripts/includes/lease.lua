-- Gives a run to an executor. The token is a number that was never given before, also when the server lost its data.
function F.hold(id, executor, leaseMs)
  local token = redis.call('INCR', F.key('flow-token'))
  if token == 1 then
    token = NOW * 1000
    redis.call('SET', F.key('flow-token'), whole(token))
  end
  redis.call('HSET', F.flowKey(id), 'lease_owner', executor, 'lease_token', whole(token))
  redis.call('ZADD', F.key('flow-due'), whole(NOW + leaseMs), id)
  return token
end
