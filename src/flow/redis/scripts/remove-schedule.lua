#!lua flags=allow-oom
-- Removes a schedule.
-- KEYS[1] index of the context's runs
-- ARGV[5] name
-- Output: 1, or 0 when there is none
--- @include base
--- @include definitions
local before = redis.call('HGET', F.key('flow-schedules'), ARGV[5])
if not before then
  return 0
end
redis.call('HDEL', F.key('flow-schedules'), ARGV[5])
F.dropDefinition(cjson.decode(before).definition)
return 1
