#!lua
-- Adds tasks, each with its own outcome. Refused by a server without memory, before anything is written.
-- Safe to repeat: an id that exists is left alone.
-- KEYS[1] the context's queue
-- ARGV[4] number of tasks (bounded by the caller), then for each: id, fair key, head, fields and values of the record.
--      The head is the number of fields; or, with a blank between each: number of fields, priority, when to run ('-' at
--      once, '+' and ms to wait, or the moment), channel to notify or '-', idempotency key or nothing
-- Output for each: 1 created, 0 no room, or the id of the task that exists already
--- @include base
--- @include state
--- @include ready
--- @include submit
function R.makeRest()
  --- @include delay
end
local function momentOf(text)
  if text == '-' then
    return 0
  elseif string.sub(text, 1, 1) == '+' then
    return NOW + tonumber(string.sub(text, 2))
  end
  return tonumber(text)
end

R.loadState()
local outcomes, at = {}, 5
for i = 1, tonumber(ARGV[4]) do
  local id, fairKey, head = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local from, count = at + 3, tonumber(head)
  if count then
    outcomes[i] = R.submit(id, fairKey, 0, 0, '', '', from, from + 2 * count - 1)
  else
    local fields, priority, moment, channel, idempotencyKey = string.match(head, '^(%d+) (%d+) (%S+) (%S+) (.*)$')
    count = tonumber(fields)
    outcomes[i] = R.submit(id, fairKey, tonumber(priority), momentOf(moment), idempotencyKey,
      channel == '-' and '' or channel, from, from + 2 * count - 1)
  end
  at = from + 2 * count
end
R.flushReady()
R.saveState()
return outcomes
