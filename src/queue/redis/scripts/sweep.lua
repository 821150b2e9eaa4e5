#!lua flags=allow-oom
-- Upkeep, by any worker, at any time: promotes due tasks, recovers those whose lease ran out, puts parked ones back,
-- removes records that retention no longer covers. Each of them for at most ARGV[4] items.
-- A task leaves the index of leases in the same step that decides about it: a sweep cut short loses nothing.
-- KEYS[1] the context's queue; ARGV[4] how many
-- Output: { promoted, recovered, removed, 1 when more is left, ms until the next is due or -1 }
--- @include base
--- @include state
--- @include ready
--- @include delay
--- @include turns
--- @include feed
--- @include finish
--- @include records
--- @include end-finishing
--- @include promote
--- @include promote-due
--- @include key-lease
--- @include park
--- @include lease
--- @include limits
--- @include verdict
--- @include tidy
R.loadState()
local limit = tonumber(ARGV[4])
local promoted = R.promote(limit)
local expired = redis.call('ZRANGE', R.key('leases'), '-inf', STAMP, 'BYSCORE', 'LIMIT', 0, limit)
for _, id in ipairs(expired) do
  local v = R.readRun(id)
  if v.err or v[1] ~= 'processing' then
    redis.call('ZREM', R.key('leases'), id)
  else
    R.crash(id, v, '{"kind":"WorkerLost","message":"the worker stopped without a word: its lease ran out"}')
  end
end
R.flushLeases()
local unparked = 0
for _, fairKey in ipairs(R.parkedKeys()) do
  unparked = unparked + R.unpark(fairKey)
end
R.flushReady()
R.feed()
R.endFinishing()
local removed = R.trim('finished', limit) + R.trim('dead', limit)
local outdated = redis.call('ZRANGE', R.key('expiring'), '-inf', STAMP, 'BYSCORE', 'LIMIT', 0, limit)
for _, id in ipairs(outdated) do
  local kind = redis.call('ZSCORE', R.key('dead'), id) and 'dead' or 'finished'
  R.forgetOne(kind, id)
end
R.erase(outdated)
removed = removed + #outdated
local orphans = redis.call('ZRANGE', R.key('orphans'), '-inf', NOW - 60000, 'BYSCORE', 'LIMIT', 0, limit)
if #orphans > 0 then
  redis.call('ZREM', R.key('orphans'), unpack(orphans))
end
R.wakeLimited()
R.tidy()
R.saveState()
local more = promoted == limit or #expired == limit or removed >= limit
  or (unparked > 0 and redis.call('EXISTS', R.key('parkedkeys')) == 1)
local wait = -1
for _, index in ipairs({ 'leases', 'scheduled' }) do
  local first = tonumber(redis.call('ZRANGE', R.key(index), 0, 0, 'WITHSCORES')[2])
  if first then
    local ms = math.max(0, math.ceil(first - NOW))
    wait = wait < 0 and ms or math.min(wait, ms)
  end
end
return { promoted, #expired, removed, more and 1 or 0, wait }
