#!lua
-- Adds log lines of a run; the newest stay. They count for the size of their task.
-- KEYS[1] the task's record
-- ARGV[4] id, [5] token, [6] lines to keep, [7] bytes to keep, [8] and on: lines, as level, tab, text (bounded by the caller)
-- Output: 1, or 0 when the lease is lost
--- @include base
local id = ARGV[4]
local v = redis.pcall('HMGET', R.taskKey(id), 'status', 'token', 'logBytes')
if v.err or v[1] ~= 'processing' or v[2] ~= ARGV[5] then
  return 0
end
local lines = PREFIX .. 'log:' .. id
local stamp = STAMP .. '\t'
local before = R.count(v[3])
local bytes = before
for i = 8, #ARGV do
  redis.call('RPUSH', lines, stamp .. ARGV[i])
  bytes = bytes + #stamp + #ARGV[i]
end
local tooMany = redis.call('LLEN', lines) - tonumber(ARGV[6])
while tooMany > 0 or bytes > tonumber(ARGV[7]) do
  local dropped = redis.call('LPOP', lines)
  if not dropped then
    break
  end
  bytes = bytes - #dropped
  tooMany = tooMany - 1
end
redis.call('HINCRBY', R.taskKey(id), 'logged', #ARGV - 7)
redis.call('HSET', R.taskKey(id), 'logBytes', bytes)
redis.call('HINCRBY', R.taskKey(id), 'bytes', bytes - before)
redis.call('HINCRBY', R.key('state'), 'openBytes', bytes - before)
return 1
