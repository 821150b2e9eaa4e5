#!lua flags=allow-oom
-- Asks to be told when a task ends, and reads whether it has: in one step, so that the end cannot fall between.
-- KEYS[1] the task's record; ARGV[4] id, [5] channel
-- Output: {} when there is no task; { status } while it is unfinished; { status, finishedAt, attempts, output or error }
--- @include base
local id = ARGV[4]
local v = redis.call('HMGET', R.taskKey(id), 'status', 'finishedAt', 'attempts', 'output', 'error', 'notify', 'script',
  'scriptPath')
local status = v[1] or ((v[7] or v[8]) and 'pending')
if not status then
  return {}
end
if status == 'completed' or status == 'failed' or status == 'cancelled' then
  return { status, v[2] or '0', v[3] or '0', status == 'completed' and v[4] or v[5] or '' }
end
local channels = v[6] or ''
if not string.find(' ' .. channels .. ' ', ' ' .. ARGV[5] .. ' ', 1, true) then
  -- The last few who asked: more could not fill the record without end.
  local list = {}
  for channel in string.gmatch(channels, '%S+') do
    list[#list + 1] = channel
  end
  list[#list + 1] = ARGV[5]
  redis.call('HSET', R.taskKey(id), 'notify', table.concat(list, ' ', math.max(1, #list - 31)))
end
return { status }
