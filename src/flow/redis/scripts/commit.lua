#!lua flags=allow-oom
-- Writes transitions of runs, each all or nothing. One with a stale token changes nothing; one that was carried out before is
-- answered as it was. Goes on when the server's memory is full, so that runs can end.
-- KEYS[1] index of the context's runs
-- ARGV[5] number of transitions (bounded by the caller), then for each: id, token, revision, status before, status after,
--      '1' when something could not be undone, line of history or '', entries of the inbox that are dealt with, what becomes
--      of the lease ('hold', 'end', 'park', or 'park' and ms until it is due), id of the parent run or '', entry for it,
--      fields (see includes/fields.lua), signals begun and over (see includes/waits.lua); all after their number of texts
-- Output for each: { 1 when held, entries in the inbox }, or { -1 } when the lease is lost
--- @include base
--- @include tell
--- @include inbox
--- @include waits
--- @include fields
local FINAL = { Completed = true, Failed = true, Cancelled = true }

local function move(id, before, after, uncompensated)
  redis.call('ZREM', F.subKey('flows-status', before), id)
  redis.call('ZADD', F.subKey('flows-status', after), 0, id)
  if uncompensated then
    redis.call('ZADD', F.key('flow-uncompensated'), 0, id)
  else
    redis.call('ZREM', F.key('flow-uncompensated'), id)
  end
  if FINAL[after] then
    redis.call('ZADD', F.key('flow-ended'), whole(NOW), id)
    F.tell('ended ' .. after .. ' ' .. id)
  elseif FINAL[before] then
    redis.call('ZREM', F.key('flow-ended'), id)
  end
end

local function tellParent(id, entry)
  local parent = redis.call('HMGET', F.flowKey(id), 'status', 'lease_owner')
  if parent[1] and not FINAL[parent[1]] then
    F.put(id, parent[2], entry)
  end
end

local function letGo(id)
  redis.call('HSET', F.flowKey(id), 'lease_owner', '')
end

-- What becomes of the lease. A run that is to wait while something lies in its inbox stays with its executor.
local function pass(id, next, inbox)
  if next == 'end' then
    letGo(id)
    redis.call('ZREM', F.key('flow-due'), id)
    redis.call('DEL', F.ofRun('flow-inbox', id))
    return { 0, 0 }
  elseif next == 'hold' or inbox > 0 then
    return { 1, inbox }
  end
  letGo(id)
  local dueIn = string.match(next, '^park (%d+)$')
  if dueIn then
    F.makeDue(id, NOW + tonumber(dueIn))
  else
    redis.call('ZREM', F.key('flow-due'), id)
  end
  return { 0, 0 }
end

local function carryOut(id, at)
  if ARGV[at + 6] ~= '' then
    F.note(id, ARGV[at + 6])
  end
  local consumed = tonumber(ARGV[at + 7])
  local inbox = F.ofRun('flow-inbox', id)
  if consumed > 0 then
    redis.call('LTRIM', inbox, consumed, -1)
  end
  local from = F.beginWaits(id, F.write(id, at + 11))
  F.endWaits(id, from)
  redis.call('HSET', F.flowKey(id), 'revision', ARGV[at + 2])
  if ARGV[at + 3] ~= ARGV[at + 4] then
    move(id, ARGV[at + 3], ARGV[at + 4], ARGV[at + 5] == '1')
  end
  if ARGV[at + 9] ~= '' then
    tellParent(ARGV[at + 9], ARGV[at + 10])
  end
  return pass(id, ARGV[at + 8], redis.call('LLEN', inbox))
end

local outcomes, at = {}, 6
for i = 1, tonumber(ARGV[5]) do
  local texts, id = tonumber(ARGV[at]), ARGV[at + 1]
  local lease = redis.call('HMGET', F.flowKey(id), 'lease_token', 'lease_owner', 'revision')
  if lease[1] ~= ARGV[at + 2] then
    outcomes[i] = { -1 }
  elseif lease[3] == ARGV[at + 3] then
    outcomes[i] = { lease[2] ~= '' and 1 or 0, redis.call('LLEN', F.ofRun('flow-inbox', id)) }
  elseif lease[2] == '' then
    outcomes[i] = { -1 }
  else
    outcomes[i] = carryOut(id, at + 1)
  end
  at = at + 1 + texts
end
F.flush()
return outcomes
