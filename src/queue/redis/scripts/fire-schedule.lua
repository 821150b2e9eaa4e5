#!lua
-- Submits the tasks of a schedule's due slots and moves it to its next slot: once, however many workers try, because it
-- happens only while the next slot is the one that the caller saw.
-- KEYS[1] the context's queue
-- ARGV[4] name, [5] rule that the caller saw, [6] slot that the caller saw, [7] next slot or '', [8] '1' to skip slots
--      while the last task is unfinished, [9] number of slots (bounded by the caller), then for each slot: slot, and the
--      arguments of submit(): id, fair key, priority, number of fields, fields and values
-- Output: ids of tasks created, or -1 when somebody else was first
--- @include base
--- @include state
--- @include ready
--- @include submit
function R.makeRest()
  --- @include delay
end
local name = ARGV[4]
local slot = redis.call('ZSCORE', R.key('slots'), name)
if not slot or tonumber(slot) ~= tonumber(ARGV[6]) or redis.call('HGET', R.key('schedules'), name) ~= ARGV[5] then
  return -1
end
R.loadState()
if ARGV[7] == '' then
  redis.call('ZREM', R.key('slots'), name)
else
  redis.call('ZADD', R.key('slots'), ARGV[7], name)
end
local ids, at = {}, 10
for _ = 1, tonumber(ARGV[9]) do
  local id, from = ARGV[at + 1], at + 5
  local to = from + 2 * tonumber(ARGV[at + 4]) - 1
  local busy = false
  if ARGV[8] == '1' then
    local last = redis.call('HGET', R.key('schedule-facts'), 'lastTask ' .. name)
    local status = last and redis.call('HGET', R.taskKey(last), 'status')
    busy = status == 'pending' or status == 'scheduled' or status == 'processing'
  end
  if not busy and R.submit(id, ARGV[at + 2], tonumber(ARGV[at + 3]), 0, '', false, from, to) == 1 then
    ids[#ids + 1] = id
    redis.call('HSET', R.key('schedule-facts'), 'lastSlot ' .. name, ARGV[at], 'lastTask ' .. name, id)
  end
  at = to + 1
end
R.flushReady()
R.saveState()
return ids
