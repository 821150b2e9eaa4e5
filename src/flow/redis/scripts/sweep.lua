#!lua flags=allow-oom
-- Removes ended runs that are too old or too many, and kept signals whose time is over.
-- KEYS[1] index of the context's runs
-- ARGV[5] oldest age in ms, [6] most runs, [7] limit
-- Output: { runs removed, 1 when there are more }
--- @include base
--- @include definitions
--- @include drop
local FINAL = { Completed = true, Failed = true, Cancelled = true }
local ended, limit = F.key('flow-ended'), tonumber(ARGV[7])

-- The run that this one is a step of may have to undo it yet.
local function isNeeded(id)
  local parent = redis.call('HGET', F.flowKey(id), 'parent')
  if not parent or parent == '' then
    return false
  end
  local status = redis.call('HGET', F.flowKey(cjson.decode(parent).flowId), 'status')
  return status and not FINAL[status]
end

local removed, looked, keys = 0, 0, 0
local function removeAll(ids)
  for _, id in ipairs(ids) do
    -- A run may have thousands of items: the rest waits for the next call.
    if looked >= limit or keys > 20000 then
      return
    end
    looked = looked + 1
    if isNeeded(id) then
      redis.call('ZADD', ended, whole(NOW), id)
    else
      keys = keys + F.drop(id)
      removed = removed + 1
    end
  end
end

removeAll(redis.call('ZRANGE', ended, '-inf', whole(NOW - tonumber(ARGV[5])), 'BYSCORE', 'LIMIT', 0, limit))
local surplus = math.min(limit - looked, redis.call('ZCARD', ended) - tonumber(ARGV[6]))
if surplus > 0 then
  removeAll(redis.call('ZRANGE', ended, 0, surplus - 1))
end
for _, member in ipairs(redis.call('ZRANGE', F.key('flow-mail-due'), '-inf', whole(NOW), 'BYSCORE', 'LIMIT', 0, limit)) do
  redis.call('ZREM', F.key('flow-mail'), member)
  redis.call('ZREM', F.key('flow-mail-due'), member)
  redis.call('HDEL', F.key('flow-mail-texts'), member)
end
return { removed, (looked >= limit or keys > 20000) and removed > 0 and 1 or 0 }
