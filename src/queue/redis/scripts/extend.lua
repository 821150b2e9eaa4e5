#!lua flags=allow-oom
-- Prolongs leases that are still held.
-- KEYS[1] the context's queue
-- ARGV[4] lease in ms, [5] number of leases (bounded by the caller), then for each: id, token
-- Output for each: 0 lost, 1 held, 2 held and to be cancelled
--- @include base
--- @include ready
--- @include key-lease
local leaseEnd = NOW + tonumber(ARGV[4])
local rules = redis.call('HGET', R.key('state'), 'rules')
local keyConcurrency = rules and string.find(rules, '"keyConcurrency":%d')
local states, leases = {}, {}
for i = 1, tonumber(ARGV[5]) do
  local id, token = ARGV[4 + 2 * i], ARGV[5 + 2 * i]
  local v = redis.pcall('HMGET', R.taskKey(id), 'status', 'token', 'cancelRequestedAt', 'fairKey', 'callerId')
  states[i] = 0
  if not v.err and v[1] == 'processing' and v[2] == token then
    states[i] = v[3] and 2 or 1
    leases[#leases + 1] = leaseEnd
    leases[#leases + 1] = id
    if keyConcurrency then
      R.keepKeyLease(id, R.fairKeyFrom(v[4], v[5]), leaseEnd)
    end
  end
end
if #leases > 0 then
  redis.call('ZADD', R.key('leases'), unpack(leases))
end
return states
