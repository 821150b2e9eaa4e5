#!lua
-- Writes new runs, each with its own outcome. Refused by a server without memory, before anything is written.
-- Safe to repeat: a run that exists is left alone.
-- KEYS[1] index of the context's runs
-- ARGV[5] number of runs (bounded by the caller), then for each: id, start key or '', name, status, hash of the definition,
--      its text or '' when the caller believes that the store has it, executor or '' for none, lease in ms, line of history
--      or '', fields (see includes/fields.lua), signals waited for (see includes/waits.lua)
-- Output for each: { 1, token or 0, entries in its inbox } created; { 0, id } it exists; { 2 } the text is needed.
--      The executor that made it and has not gone on since is answered as at first: the answer may have got lost.
--- @include base
--- @include tell
--- @include waits
--- @include fields
--- @include lease
--- @include definitions
-- The place behind the fields that begin at `at`, when nothing is written.
local function skip(at)
  at = at + tonumber(ARGV[at]) + 1
  local steps = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, steps do
    at = at + 2 + tonumber(ARGV[at + 1])
  end
  return at + tonumber(ARGV[at]) + 1
end

local function existing(id, key)
  local taken = key ~= '' and redis.call('HGET', F.key('flow-keys'), key)
  return taken or (redis.call('EXISTS', F.flowKey(id)) == 1 and id)
end

local function answerAgain(id, executor)
  local flow = redis.call('HMGET', F.flowKey(id), 'lease_owner', 'lease_token', 'revision')
  if executor ~= '' and flow[1] == executor and not flow[3] then
    return { 1, flow[2], redis.call('LLEN', F.ofRun('flow-inbox', id)) }
  end
  return { 0, id }
end

local function create(at)
  local id, key, name, status, executor = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 6]
  local next = F.beginWaits(id, F.write(id, at + 9))
  if key ~= '' then
    redis.call('HSET', F.key('flow-keys'), key, id)
    redis.call('HSET', F.flowKey(id), 'start_key', key)
  end
  redis.call('ZADD', F.key('flows'), 0, id)
  redis.call('ZADD', F.subKey('flows-status', status), 0, id)
  redis.call('ZADD', F.subKey('flows-named', name), 0, id)
  if ARGV[at + 8] ~= '' then
    F.note(id, ARGV[at + 8])
  end
  local token = 0
  if executor ~= '' then
    token = F.hold(id, executor, tonumber(ARGV[at + 7]))
  else
    F.makeDue(id, NOW)
  end
  return { 1, whole(token), redis.call('LLEN', F.ofRun('flow-inbox', id)) }, next
end

local outcomes, at = {}, 6
for i = 1, tonumber(ARGV[5]) do
  local found = existing(ARGV[at], ARGV[at + 1])
  if found then
    local again = found == ARGV[at] and answerAgain(found, ARGV[at + 6])
    outcomes[i], at = again or { 0, found }, skip(at + 9)
  elseif not F.useDefinition(ARGV[at + 4], ARGV[at + 5]) then
    outcomes[i], at = { 2 }, skip(at + 9)
  else
    outcomes[i], at = create(at)
  end
end
F.flush()
return outcomes
