#!lua flags=allow-oom
-- Removes a schedule; tasks it made stay.
-- KEYS[1] the context's queue; ARGV[4] name
-- Output: 1, or 0 when there was none
--- @include base
local name = ARGV[4]
redis.call('ZREM', R.key('slots'), name)
redis.call('HDEL', R.key('schedule-facts'), 'createdAt ' .. name, 'lastSlot ' .. name, 'lastTask ' .. name,
  'timing ' .. name)
return redis.call('HDEL', R.key('schedules'), name)
