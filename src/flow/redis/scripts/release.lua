#!lua flags=allow-oom
-- Gives a run back: it is due at once.
-- KEYS[1] index of the context's runs
-- ARGV[5] id, [6] token
-- Output: 1, or -1 when the lease is lost
--- @include base
--- @include tell
local id = ARGV[5]
local lease = redis.call('HMGET', F.flowKey(id), 'lease_token', 'lease_owner')
if lease[1] ~= ARGV[6] or lease[2] == '' then
  return -1
end
redis.call('HSET', F.flowKey(id), 'lease_owner', '')
F.makeDue(id, NOW)
F.flush()
return 1
