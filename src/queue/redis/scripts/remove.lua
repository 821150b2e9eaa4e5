#!lua flags=allow-oom
-- Removes records of finished tasks.
-- KEYS[1] a key of the context; ARGV[4] '1' for dead ones only, [5] and on: ids (bounded by the caller). Without a
--      context: one id.
-- Output for each: 1, 0 when it is not finished, -1 when there is none
--- @include base
--- @include state
--- @include find-context
--- @include records
if not R.findContext(ARGV[5]) then
  return { -1 }
end
R.loadState()
local outcomes = {}
local onlyDead = ARGV[4] == '1'
for i = 5, #ARGV do
  local id = ARGV[i]
  local status = redis.pcall('HGET', R.taskKey(id), 'status')
  if not status then
    outcomes[i - 4] = -1
    redis.call('ZREM', R.key('dead'), id)
    redis.call('ZREM', R.key('finished'), id)
  elseif status == 'failed' or (not onlyDead and (status == 'completed' or status == 'cancelled')) then
    R.forgetOne(status == 'failed' and 'dead' or 'finished', id)
    R.erase({ id })
    outcomes[i - 4] = 1
  else
    outcomes[i - 4] = 0
  end
end
R.saveState()
return outcomes
