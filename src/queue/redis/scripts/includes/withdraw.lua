-- Takes the entry of a waiting task out of its list, if it stands near one of the list's ends: a search through the whole
-- list would be without bound. False: it stays, and is passed over when its turn comes. feed() must follow.
local function leaveList(list, id)
  for _, from in ipairs({ -1, 1 }) do
    if redis.call('LPOS', list, id, 'RANK', from, 'MAXLEN', 1000) then
      return redis.call('LREM', list, from, id) > 0
    end
  end
  return false
end

-- The fair key's lane holds this task alone.
local function leaveRing(fairKey)
  local ring = R.key('ring')
  local isHead = redis.call('LINDEX', ring, 0) == fairKey
  if not leaveList(ring, fairKey) then
    return false
  end
  S.ring = S.ring - 1
  if isHead then
    S.turns = 0
  end
  if S.ring <= 1 then
    redis.call('DEL', ring)
    S.ring = 0
  end
  return true
end

local function leaveLane(id, fairKey)
  local lane = R.subKey('lane', fairKey)
  local length = redis.call('LLEN', lane)
  if length == 1 and redis.call('LINDEX', lane, 0) == id then
    if not leaveRing(fairKey) then
      return false
    end
    redis.call('DEL', lane)
  elseif length < 2 or not leaveList(lane, id) then
    return false
  end
  R.add('lanes', -1)
  return true
end

local function leaveParked(id, fairKey)
  local list = R.subKey('parked', fairKey)
  if not leaveList(list, id) then
    return false
  end
  R.add('parked', -1)
  if redis.call('EXISTS', list) == 0 then
    redis.call('SREM', R.key('parkedkeys'), fairKey)
  end
  return true
end

function R.withdraw(id, fairKey)
  R.lengths()
  if redis.call('ZREM', R.key('urgent'), id) == 1 then
    S.urgent = S.urgent - 1
    return true
  end
  if leaveList(R.key('queue'), id) then
    S.main = S.main - 1
    return true
  end
  return leaveLane(id, fairKey) or leaveParked(id, fairKey) or leaveList(R.key('taken'), id)
end
