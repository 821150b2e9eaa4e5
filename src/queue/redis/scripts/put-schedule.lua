#!lua
-- Creates or replaces a schedule. Its next slot stays if it has the same timing: one that came due is not skipped because
-- the schedule is put again.
-- KEYS[1] the context's queue; ARGV[4] name, [5] rule as JSON, [6] next slot or '', [7] timing: what decides about slots
-- Output: { created at, last slot or '', last task or '', next slot or '' }
--- @include base
local name = ARGV[4]
redis.call('HSET', R.key('schedules'), name, ARGV[5])
redis.call('HSETNX', R.key('schedule-facts'), 'createdAt ' .. name, STAMP)
local kept = redis.call('HGET', R.key('schedule-facts'), 'timing ' .. name) == ARGV[7]
  and redis.call('ZSCORE', R.key('slots'), name)
redis.call('HSET', R.key('schedule-facts'), 'timing ' .. name, ARGV[7])
if kept then
  ARGV[6] = kept
elseif ARGV[6] == '' then
  redis.call('ZREM', R.key('slots'), name)
else
  redis.call('ZADD', R.key('slots'), ARGV[6], name)
end
redis.call('PUBLISH', R.key('control'), 'wake')
local v = redis.call('HMGET', R.key('schedule-facts'), 'createdAt ' .. name, 'lastSlot ' .. name, 'lastTask ' .. name)
return { v[1], v[2] or '', v[3] or '', ARGV[6] }
