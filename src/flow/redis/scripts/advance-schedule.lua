#!lua flags=allow-oom
-- Notes that a slot was fired, unless somebody else did so before.
-- KEYS[1] index of the context's runs
-- ARGV[5] name, [6] next slot as the caller saw it, [7] the schedule as it is now, as JSON
-- Output: 1, or 0 when the schedule is another one by now
--- @include base
local before = redis.call('HGET', F.key('flow-schedules'), ARGV[5])
if not before or cjson.decode(before).nextAt ~= tonumber(ARGV[6]) then
  return 0
end
redis.call('HSET', F.key('flow-schedules'), ARGV[5], ARGV[7])
return 1
