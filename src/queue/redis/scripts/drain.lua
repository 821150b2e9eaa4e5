#!lua flags=allow-oom
-- Cancels waiting tasks, in the order in which they would have run.
-- KEYS[1] the context's queue; ARGV[4] how many at most, [5] '1' to take also those that wait for their time
-- Output: { how many were cancelled, 1 when more are left }
--- @include base
--- @include state
--- @include ready
--- @include turns
--- @include feed
--- @include finish
--- @include records
--- @include end-finishing
--- @include draw
--- @include limits
--- @include odd
--- @include cancel
R.loadState()
local limit = tonumber(ARGV[4])
local cancelled = 0
-- Its entry was just taken out, of a list or (status 'scheduled') of the index.
local function cancelOne(id, status)
  local v = redis.pcall('HMGET', R.taskKey(id), R.finishFields())
  if redis.call('SREM', R.key('gone'), id) == 1 or v.err or not R.isHere(id) then
    return false
  end
  if v[1] and v[1] ~= 'pending' and v[1] ~= status and R.hasPlace(id, v[1], v[5]) then
    return false
  end
  local owner = redis.call('HMGET', R.taskKey(id), 'fairKey', 'callerId')
  R.endWaiting(id, v, R.fairKeyFrom(owner[1], owner[2]))
  cancelled = cancelled + 1
  return true
end
local _, complete = R.drawUntil(limit, cancelOne)
if complete and cancelled < limit then
  for _, fairKey in ipairs(R.parkedKeys()) do
    local ids = redis.call('RPOP', R.subKey('parked', fairKey), limit - cancelled)
    R.add('parked', -#(ids or {}))
    for _, id in ipairs(ids or {}) do
      cancelOne(id)
    end
    if redis.call('EXISTS', R.subKey('parked', fairKey)) == 0 then
      redis.call('SREM', R.key('parkedkeys'), fairKey)
    end
    if cancelled >= limit then
      break
    end
  end
end
if ARGV[5] == '1' and complete and cancelled < limit then
  local ids = redis.call('ZRANGE', R.key('scheduled'), 0, limit - cancelled - 1)
  for _, id in ipairs(ids) do
    redis.call('ZREM', R.key('scheduled'), id)
    cancelOne(id, 'scheduled')
  end
end
R.feed()
R.endFinishing()
R.saveState()
local left = R.countReady() > 0 or redis.call('SCARD', R.key('parkedkeys')) > 0
  or (ARGV[5] == '1' and redis.call('ZCARD', R.key('scheduled')) > 0)
return { cancelled, left and 1 or 0 }
