-- Tasks that are ready to run, and whose turn it is. The same rules, readable: memory/ready-line.ts.
-- - 'queue' (list; foreign clients push here too) belongs to one fair key, its owner, while it holds anything.
-- - tasks of other fair keys go to lanes: a list for each key; 'ring' holds the keys in the order of their turns, and ''
--   for the queue's own turn. A lane or a ring without entries does not exist. Tasks without a key share the key '-'.
-- - 'urgent' (sorted set): tasks with a priority, by moment of being ready minus what their priority is worth: the order
--   among waiting tasks never changes, and every task becomes the lowest in the end.
-- - Invariant: while anything is ready, 'queue' is not empty (feed() sees to it), so that one push wakes one worker
--   that blocks on it. A task fed to it has used up its turn ('fed').
function R.fairKeyFrom(fairKey, callerId)
  local name = fairKey or callerId
  return name and name ~= '' and name or '-'
end

function R.step()
  return R.rule('priorityStepMs', $DEFAULT.priorityStepMs$)
end

-- Pushes to the queue's list are collected: flushReady() must follow.
function R.push(id, fairKey, priority, readyAt)
  S.main = S.main or redis.call('LLEN', R.key('queue'))
  S.ring = S.ring or redis.call('LLEN', R.key('ring'))
  if priority > 0 and S.main > 0 then
    R.lengths()
    redis.call('ZADD', R.key('urgent'), readyAt - priority * R.step(), id)
    S.urgent = S.urgent + 1
  elseif S.ring > 0 and redis.call('LPUSHX', R.subKey('lane', fairKey), id) > 0 then
    R.add('lanes', 1)
  elseif S.main == 0 or S.owner == fairKey then
    S.newest[#S.newest + 1] = id
    S.main = S.main + 1
    S.owner = fairKey
  else
    redis.call('LPUSH', R.subKey('lane', fairKey), id)
    redis.call('RPUSH', R.key('ring'), fairKey)
    if S.ring == 0 then
      redis.call('RPUSH', R.key('ring'), '')
      S.ring = 1
    end
    S.ring = S.ring + 1
    R.add('lanes', 1)
  end
end

function R.flushReady()
  if #S.newest > 0 then
    redis.call('LPUSH', R.key('queue'), unpack(S.newest))
    S.newest = {}
  end
end

-- Puts a task back as the next to run.
function R.pushFront(id, fairKey)
  R.lengths()
  R.flushReady()
  redis.call('RPUSH', R.key('queue'), id)
  if S.main == 0 then
    S.owner = fairKey
  end
  S.main = S.main + 1
end
