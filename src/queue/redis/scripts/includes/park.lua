-- Tasks whose fair key has its number of live leases wait aside ('parked') until one of them ends.
function R.liveOf(fairKey)
  return redis.call('ZCOUNT', R.subKey('keyleases', fairKey), '(' .. STAMP, '+inf')
end

function R.endKeyLease(id, fairKey)
  redis.call('ZREM', R.subKey('keyleases', fairKey), id)
  R.unpark(fairKey)
end

-- Puts the oldest parked task of a key back, if there is room.
function R.unpark(fairKey)
  local list = R.subKey('parked', fairKey)
  if R.liveOf(fairKey) < R.rule('keyConcurrency', math.huge) then
    local id = redis.call('RPOP', list)
    if id then
      R.add('parked', -1)
      R.pushFront(id, fairKey)
    end
  end
  if redis.call('EXISTS', list) == 0 then
    redis.call('SREM', R.key('parkedkeys'), fairKey)
  end
end
