#!lua flags=allow-oom
-- Prolongs leases.
-- KEYS[1] index of the context's runs
-- ARGV[5] lease in ms, [6] number of leases (bounded by the caller), then for each: id, token
-- Output for each: entries in the run's inbox, or -1 when the lease is lost
--- @include base
local due, until_ = F.key('flow-due'), whole(NOW + tonumber(ARGV[5]))
local answers = {}
for i = 1, tonumber(ARGV[6]) do
  local id, token = ARGV[5 + 2 * i], ARGV[6 + 2 * i]
  local lease = redis.call('HMGET', F.flowKey(id), 'lease_token', 'lease_owner')
  if lease[1] == token and lease[2] ~= '' then
    redis.call('ZADD', due, until_, id)
    answers[i] = redis.call('LLEN', F.ofRun('flow-inbox', id))
  else
    answers[i] = -1
  end
end
return answers
