-- Whose turn it is when tasks wait in lanes or with a priority.
function R.rank(id)
  local v = id and redis.pcall('HMGET', R.taskKey(id), 'runAt', 'createdAt', 'priority')
  if not v or v.err then
    return 0
  end
  return (tonumber(v[1]) or tonumber(v[2]) or 0) - (tonumber(v[3]) or 0) * R.step()
end

function R.rotate()
  redis.call('LMOVE', R.key('ring'), R.key('ring'), 'LEFT', 'RIGHT')
  S.turns = 0
end

function R.useTurn(fairKey)
  S.turns = S.turns + 1
  local weight = R.rule('weighted') and tonumber(redis.call('HGET', R.key('weights'), fairKey)) or 1
  if S.turns >= weight then
    R.rotate()
  end
end

-- '' the queue's list, a fair key its lane, nil nobody's.
function R.turn()
  if S.ring == 0 or (S.fed and S.main > 0) then
    return S.main > 0 and '' or nil
  end
  local head = redis.call('LINDEX', R.key('ring'), 0)
  if head == '' and S.main == 0 then
    R.rotate()
    head = redis.call('LINDEX', R.key('ring'), 0)
  end
  return head
end

function R.takeFromLane(fairKey)
  local list = R.subKey('lane', fairKey)
  local id = redis.call('RPOP', list)
  if id then
    R.add('lanes', -1)
  end
  if redis.call('EXISTS', list) == 1 then
    R.useTurn(fairKey)
    return id
  end
  redis.call('LPOP', R.key('ring'))
  S.ring, S.turns = S.ring - 1, 0
  if S.ring <= 1 then
    redis.call('DEL', R.key('ring'))
    S.ring = 0
  end
  return id
end

function R.take(lane)
  if lane ~= '' then
    return R.takeFromLane(lane)
  end
  S.main = S.main - 1
  if S.fed then
    S.fed = false
  elseif S.ring > 0 then
    R.useTurn(S.owner)
  end
  return redis.call('RPOP', R.key('queue'))
end

-- Removes and returns the next task; nil when there is none, false when an entry turned out to be gone.
function R.pick()
  local lane = R.turn()
  if S.urgent > 0 then
    local best = redis.call('ZRANGE', R.key('urgent'), 0, 0, 'WITHSCORES')
    local list = lane and (lane == '' and R.key('queue') or R.subKey('lane', lane))
    if not lane or tonumber(best[2]) <= R.rank(redis.call('LINDEX', list, -1)) then
      redis.call('ZREM', R.key('urgent'), best[1])
      S.urgent = S.urgent - 1
      return best[1]
    end
  end
  return lane and R.take(lane)
end

-- One lane is left: it becomes the queue.
function R.promoteLane()
  local owner = R.turn()
  if owner == '' or redis.call('EXISTS', R.subKey('lane', owner)) == 0 then
    return false
  end
  redis.call('RENAME', R.subKey('lane', owner), R.key('queue'))
  redis.call('DEL', R.key('ring'))
  S.owner, S.main, S.ring, S.turns = owner, redis.call('LLEN', R.key('queue')), 0, 0
  R.add('lanes', -S.main)
  return true
end

function R.refill()
  S.fed = false
  if S.urgent == 0 and S.ring == 2 and R.promoteLane() then
    return
  end
  local id = R.pick()
  if id then
    redis.call('RPUSH', R.key('queue'), id)
    local v = redis.pcall('HMGET', R.taskKey(id), 'fairKey', 'callerId')
    S.owner, S.main, S.fed = v.err and '-' or R.fairKeyFrom(v[1], v[2]), 1, true
  end
end
