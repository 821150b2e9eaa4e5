-- A claim whose answer was lost is asked for again with the same request id, and gets the same tasks: without this they
-- would stay unattended until their leases end, and count as crashes.
-- Returns the claim of this request, or nil when it was not carried out.
function R.repeatClaim(worker, request)
  local memory = redis.call('GET', R.subKey('claimed', worker))
  if not memory or string.sub(memory, 1, #request + 1) ~= request .. '\n' then
    return nil
  end
  local list = {}
  for token, id in string.gmatch(string.sub(memory, #request + 2), '(%d+) ([^\n]+)') do
    local v = redis.call('HMGET', R.taskKey(id), 'status', 'token', 'attempts')
    if v[1] == 'processing' and v[2] == token then
      list[#list + 1] = { id, redis.call('HGETALL', R.taskKey(id)), R.count(v[3]), token }
      redis.call('ZADD', R.key('leases'), S.leaseEnd, id)
    end
  end
  return { NOW, S.leaseEnd, list, {}, '', -1 }
end
