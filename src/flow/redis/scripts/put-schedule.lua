#!lua
-- Creates or replaces a schedule.
-- KEYS[1] index of the context's runs
-- ARGV[5] name, [6] schedule as JSON, [7] hash of its definition, [8] text of the definition
-- Output: 1
--- @include base
--- @include tell
--- @include definitions
local before = redis.call('HGET', F.key('flow-schedules'), ARGV[5])
F.useDefinition(ARGV[7], ARGV[8])
redis.call('HSET', F.key('flow-schedules'), ARGV[5], ARGV[6])
if before then
  F.dropDefinition(cjson.decode(before).definition)
end
F.tell('schedules')
F.flush()
return 1
