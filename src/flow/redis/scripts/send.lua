#!lua
-- Puts an entry into a run's inbox. Safe to repeat with an id for it.
-- KEYS[1] index of the context's runs
-- ARGV[5] id, [6] entry, [7] id of the entry or '', [8] '1' to send it to a run that has ended, too, [9] most entries
-- Output: 'stored', 'duplicate', 'ended', 'full' or 'notFound'
--- @include base
--- @include tell
--- @include inbox
local FINAL = { Completed = true, Failed = true, Cancelled = true }
local id = ARGV[5]
local flow = redis.call('HMGET', F.flowKey(id), 'status', 'lease_owner')
if not flow[1] then
  return 'notFound'
elseif FINAL[flow[1]] and ARGV[8] ~= '1' then
  return 'ended'
elseif ARGV[7] ~= '' and redis.call('SISMEMBER', F.ofRun('flow-seen', id), ARGV[7]) == 1 then
  return 'duplicate'
elseif redis.call('LLEN', F.ofRun('flow-inbox', id)) >= tonumber(ARGV[9]) then
  return 'full'
end
if ARGV[7] ~= '' then
  redis.call('SADD', F.ofRun('flow-seen', id), ARGV[7])
end
F.put(id, flow[2], ARGV[6])
F.flush()
return 'stored'
