-- See includes/promote.lua.
function R.promoteDue(limit)
  local due = redis.call('ZRANGE', R.key('scheduled'), '-inf', STAMP, 'BYSCORE', 'LIMIT', 0, limit)
  redis.call('ZREM', R.key('scheduled'), unpack(due))
  for _, id in ipairs(due) do
    local v = redis.pcall('HMGET', R.taskKey(id), 'status', 'fairKey', 'callerId', 'priority', 'runAt')
    if v.err or not v[1] then
      R.push(id, '-', 0, NOW)
    elseif v[1] == 'scheduled' or v[1] == 'pending' then
      redis.call('HSET', R.taskKey(id), 'status', 'pending', 'updatedAt', STAMP)
      -- Cancelled and rerun while it waited: its entry is there still.
      if redis.call('SREM', R.key('gone'), id) == 0 then
        R.push(id, R.fairKeyFrom(v[2], v[3]), tonumber(v[4]) or 0, tonumber(v[5]) or NOW)
      end
    end
  end
  R.flushReady()
  S.nextDue = tonumber(redis.call('ZRANGE', R.key('scheduled'), 0, 0, 'WITHSCORES')[2])
  return #due
end
