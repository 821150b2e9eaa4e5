#!lua
-- Records how far a run is.
-- KEYS[1] the task's record; ARGV[4] id, [5] token, [6] fraction, [7] message
-- Output: 1, or 0 when the lease is lost
--- @include base
--- @include state
local id = ARGV[4]
local v = redis.pcall('HMGET', R.taskKey(id), 'status', 'token')
if v.err or v[1] ~= 'processing' or v[2] ~= ARGV[5] then
  return 0
end
redis.call('HSET', R.taskKey(id), 'progress', ARGV[6], 'progressMessage', ARGV[7], 'updatedAt', STAMP)
R.loadState()
R.event('progress', id, ARGV[7] == '' and ARGV[6] or ARGV[6] .. ' ' .. ARGV[7])
R.saveState()
return 1
