#!lua
-- Makes finished tasks wait again.
-- KEYS[1] a key of the context; ARGV[4] ms to wait, [5] and on: ids (bounded by the caller). Without a context: one id.
-- Output for each: 1, or 0 when it is missing or not finished
--- @include base
--- @include state
--- @include find-context
--- @include ready
--- @include delay
--- @include records
--- @include rerun
if not R.findContext(ARGV[5]) then
  return { 0 }
end
R.loadState()
local outcomes = {}
for i = 5, #ARGV do
  outcomes[i - 4] = R.rerun(ARGV[i], tonumber(ARGV[4]))
end
R.flushReady()
R.saveState()
return outcomes
