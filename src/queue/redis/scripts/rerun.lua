#!lua
-- Makes finished tasks wait again.
-- KEYS[1] a key of the context; ARGV[4] ms to wait, [5] '1' for dead ones only, [6] and on: ids (bounded by the caller).
--      Without a context: one id.
-- Output for each: 1, or 0 when it is missing or not finished
--- @include base
--- @include state
--- @include find-context
--- @include ready
--- @include delay
--- @include records
--- @include rerun
if not R.findContext(ARGV[6]) then
  return { 0 }
end
R.loadState()
local outcomes = {}
for i = 6, #ARGV do
  outcomes[i - 5] = R.rerun(ARGV[i], tonumber(ARGV[4]), ARGV[5] == '1')
end
R.flushReady()
R.saveState()
return outcomes
