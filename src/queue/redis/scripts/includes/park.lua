-- Tasks whose fair key has its number of live leases wait aside ('parked') until one of them ends.
function R.liveOf(fairKey)
  return redis.call('ZCOUNT', R.subKey('keyleases', fairKey), '(' .. STAMP, '+inf')
end

function R.endKeyLease(id, fairKey)
  redis.call('ZREM', R.subKey('keyleases', fairKey), id)
  R.unpark(fairKey)
end

-- The room of a task that is the next to run, but not claimed yet.
function R.reserve(id, fairKey)
  if R.rule('keyConcurrency') then
    R.keepKeyLease(id, fairKey, NOW + 60000)
  end
end

-- Puts the oldest parked tasks of a key back, as many as there is room for. They take their room with them: until they
-- are claimed nobody else gets it, and so the tasks of a key keep their order. Returns how many.
function R.unpark(fairKey)
  local list = R.subKey('parked', fairKey)
  local room = math.min(100, R.rule('keyConcurrency', math.huge) - R.liveOf(fairKey))
  local ids = room > 0 and redis.call('RPOP', list, room) or {}
  for i = #ids, 1, -1 do
    R.pushFront(ids[i], fairKey)
    R.reserve(ids[i], fairKey)
  end
  R.add('parked', -#ids)
  if redis.call('EXISTS', list) == 0 then
    redis.call('SREM', R.key('parkedkeys'), fairKey)
  end
  return #ids
end
