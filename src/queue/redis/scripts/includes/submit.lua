-- Adding one task. Returns 1 when it was created, 0 when there is no room, else the id of the task that exists already.
function R.waitingLength()
  R.lengths()
  return S.main + S.urgent + redis.call('LLEN', R.key('taken')) + redis.call('ZCARD', R.key('scheduled'))
    + tonumber(redis.call('HGET', R.key('state'), 'lanes') or 0) + tonumber(redis.call('HGET', R.key('state'), 'parked') or 0)
    - redis.call('SCARD', R.key('gone'))
end

-- The unfinished task that holds the idempotency key, if there is one: the key of a lost record is free.
function R.holder(idempotencyKey)
  local id = redis.call('HGET', R.key('idempotency'), idempotencyKey)
  if not id then
    return nil
  end
  local status = redis.call('HGET', R.taskKey(id), 'status')
  return (status == 'pending' or status == 'scheduled' or status == 'processing') and id or nil
end

-- The length is counted once per call, then carried on.
function R.hasRoom(bytes)
  local maxLength, maxBytes = R.rule('maxLength'), R.rule('maxBytes')
  if maxLength then
    S.length = S.length or R.waitingLength()
    if S.length >= maxLength then
      return false
    end
  end
  if maxBytes and S.openBytes + (S.deltas.openBytes or 0) + bytes > maxBytes then
    return false
  end
  return true
end

-- runAt: 0 for at once. channel: on which to tell of the end, or false. ARGV[from] to ARGV[to]: fields and values of the
-- record.
function R.submit(id, fairKey, priority, runAt, idempotencyKey, channel, from, to)
  if redis.call('EXISTS', R.taskKey(id)) == 1 then
    return id
  end
  local taken = idempotencyKey ~= '' and R.holder(idempotencyKey)
  if taken then
    return taken
  end
  local bytes = 300
  for i = from + 1, to, 2 do
    bytes = bytes + #ARGV[i]
  end
  if S.rules and not R.hasRoom(bytes) then
    return 0
  end
  local waits = runAt > NOW
  S.name = S.name or R.contextName()
  if channel then
    redis.call('HSET', R.taskKey(id), 'status', waits and 'scheduled' or 'pending', 'context', S.name,
      'createdAt', STAMP, 'bytes', tostring(bytes), 'notify', channel, unpack(ARGV, from, to))
  else
    redis.call('HSET', R.taskKey(id), 'status', waits and 'scheduled' or 'pending', 'context', S.name,
      'createdAt', STAMP, 'bytes', tostring(bytes), unpack(ARGV, from, to))
  end
  if idempotencyKey ~= '' then
    redis.call('HSET', R.key('idempotency'), idempotencyKey, id)
  end
  if waits then
    redis.call('HSET', R.taskKey(id), 'runAt', runAt)
    R.delay(id, runAt)
  else
    R.push(id, fairKey, priority, NOW)
  end
  S.length = S.length and S.length + 1
  R.add('openBytes', bytes)
  R.add('submitted', 1)
  R.event('submitted', id)
  return 1
end
