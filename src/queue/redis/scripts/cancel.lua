#!lua flags=allow-oom
-- Ends a waiting task; asks the worker of a running one to stop it (stored, and told at once to who listens).
-- KEYS[1] the task's record; ARGV[4] id, [5] why, or ''
-- Output: 'cancelled', 'requested', 'finished', 'notFound', 'wrongType'
--- @include base
--- @include state
--- @include find-context
--- @include ready
--- @include turns
--- @include feed
--- @include finish
--- @include records
--- @include end-finishing
--- @include odd
--- @include key-lease
--- @include park
--- @include withdraw
--- @include cancel
local id = ARGV[4]
local v = redis.pcall('HMGET', R.taskKey(id), R.finishFields())
if v.err then
  return 'wrongType'
end
if redis.call('EXISTS', R.taskKey(id)) == 0 or not R.findContext(id) then
  return 'notFound'
end
v[1] = v[1] or 'pending'
if v[1] == 'completed' or v[1] == 'failed' or v[1] == 'cancelled' then
  return 'finished'
end
if ARGV[5] ~= '' then
  redis.call('HSET', R.taskKey(id), 'cancelReason', ARGV[5])
end
if v[1] == 'processing' then
  redis.call('HSET', R.taskKey(id), 'cancelRequestedAt', STAMP)
  redis.call('PUBLISH', R.key('control'), 'cancel ' .. v[2] .. ' ' .. id)
  return 'requested'
end
R.loadState()
R.cancelWaiting(id, v)
R.feed()
R.endFinishing()
R.saveState()
return 'cancelled'
