#!lua flags=allow-oom
-- Removes records of finished tasks.
-- KEYS[1] a key of the context; ARGV[4] and on: ids (bounded by the caller). Without a context: one id.
-- Output for each: 1, 0 when it is not finished, -1 when there is none
--- @include base
--- @include state
--- @include find-context
--- @include records
if not R.findContext(ARGV[4]) then
  return { -1 }
end
R.loadState()
local outcomes = {}
for i = 4, #ARGV do
  local id = ARGV[i]
  local status = redis.pcall('HGET', R.taskKey(id), 'status')
  if not status then
    outcomes[i - 3] = -1
    redis.call('ZREM', R.key('dead'), id)
    redis.call('ZREM', R.key('finished'), id)
  elseif status == 'completed' or status == 'failed' or status == 'cancelled' then
    R.forgetOne(status == 'failed' and 'dead' or 'finished', id)
    R.erase({ id })
    outcomes[i - 3] = 1
  else
    outcomes[i - 3] = 0
  end
end
R.saveState()
return outcomes
