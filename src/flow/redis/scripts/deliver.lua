#!lua
-- Sends an entry to the runs that wait for its name (at most 100), or keeps it for the first that will.
-- Safe to repeat with an id for it.
-- KEYS[1] index of the context's runs
-- ARGV[5] name, [6] entry, [7] id of the entry or '', [8] ms to keep it, [9] number that no other kept entry has
-- Output: { 1 when it is kept, ids of the runs that got it ... }
--- @include base
--- @include tell
--- @include inbox
local name = ARGV[5] .. '\n\n'
if ARGV[7] ~= '' and not redis.call('SET', F.subKey('flow-delivered', ARGV[7]), 1, 'NX', 'PX', ARGV[8]) then
  return { 0 }
end
local answer = { 0 }
local found = redis.call('ZRANGE', F.key('flow-waits'), '[' .. name, '(' .. name .. '\255', 'BYLEX', 'LIMIT', 0, 100)
for i, member in ipairs(found) do
  local id = string.sub(member, #name + 1)
  F.put(id, redis.call('HGET', F.flowKey(id), 'lease_owner'), ARGV[6])
  answer[i + 1] = id
end
if #found == 0 then
  local member = name .. ARGV[9]
  redis.call('ZADD', F.key('flow-mail'), 0, member)
  redis.call('ZADD', F.key('flow-mail-due'), whole(NOW + tonumber(ARGV[8])), member)
  redis.call('HSET', F.key('flow-mail-texts'), member, ARGV[6])
  answer[1] = 1
end
F.flush()
return answer
