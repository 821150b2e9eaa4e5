#!lua
-- Adds tasks, each with its own outcome. Refused by a server without memory, before anything is written.
-- Safe to repeat: an id that exists is left alone.
-- KEYS[1] the context's queue
-- ARGV[4] the caller's channel; [5] number of tasks (bounded by the caller), then for each: id, fair key, head, fields and
--      values of the record. The head is the number of fields, below zero when the caller is to be told of the end; or,
--      with a blank between each: this number, priority, when to run ('-' at once, '+' and ms to wait, or the moment),
--      idempotency key or nothing
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
local outcomes, at = {}, 6
for i = 1, tonumber(ARGV[5]) do
  local id, fairKey, head = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local from, count = at + 3, tonumber(head)
  local priority, runAt, idempotencyKey = 0, 0, ''
  if not count then
    local fields, level, moment, key = string.match(head, '^(%-?%d+) (%d+) (%S+) (.*)$')
    count, priority, runAt, idempotencyKey = tonumber(fields), tonumber(level), momentOf(moment), key
  end
  local past = from + 2 * math.abs(count)
  outcomes[i] = R.submit(id, fairKey, priority, runAt, idempotencyKey, count < 0 and ARGV[4], from, past - 1)
  at = past
end
R.flushReady()
R.saveState()
return outcomes
