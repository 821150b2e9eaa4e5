#!lua
-- Adds log lines of a run; the newest stay.
-- KEYS[1] the task's record; ARGV[4] id, [5] token, [6] lines to keep, [7] and on: lines, as level, tab, text
-- Output: 1, or 0 when the lease is lost
--- @include base
local id = ARGV[4]
local v = redis.pcall('HMGET', R.taskKey(id), 'status', 'token')
if v.err or v[1] ~= 'processing' or v[2] ~= ARGV[5] then
  return 0
end
local lines = PREFIX .. 'log:' .. id
local stamp = STAMP .. '\t'
for i = 7, #ARGV do
  redis.call('RPUSH', lines, stamp .. ARGV[i])
end
redis.call('LTRIM', lines, -tonumber(ARGV[6]), -1)
redis.call('HINCRBY', R.taskKey(id), 'logged', #ARGV - 6)
return 1
