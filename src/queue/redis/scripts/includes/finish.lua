-- The end of a task: writes it down, frees its idempotency key, keeps or removes its record, tells whoever waits.
-- endFinishing() must follow: it writes the indexes, and removes what retention no longer covers.
-- Fields of the record that finish() needs, in this order.
function R.finishFields()
  return 'status', 'token', 'idempotencyKey', 'notify', 'bytes', 'resultTtlMs', 'attempts'
end

function R.collect(kind, value)
  S.finishing = S.finishing or {}
  local list = S.finishing[kind]
  if not list then
    list = {}
    S.finishing[kind] = list
  end
  list[#list + 1] = value
end

-- v: values of finishFields(); text: output or error; then further fields and values to write.
-- Whoever waits gets: id, status, finishedAt, attempts and the output or error, a line each. The last is left out when it
-- is large and stays in the record: the server cuts off listeners who do not read as fast as such messages come.
function R.finish(id, status, v, text, ...)
  local bytes, ttl = R.count(v[5]), tonumber(v[6])
  if v[3] and redis.call('HGET', R.key('idempotency'), v[3]) == id then
    redis.call('HDEL', R.key('idempotency'), v[3])
  end
  R.add('openBytes', -bytes)
  R.add(status, 1)
  if v[4] then
    local large = #text > 100000 and not (ttl and ttl <= 0)
    local message = table.concat({ id, status, STAMP, v[7] or '0', not large and text or nil }, '\n')
    local told = 0
    for channel in string.gmatch(v[4], '%S+') do
      -- A channel that this user may not use must not keep the task from its end.
      redis.pcall('PUBLISH', channel, message)
      told = told + 1
      if told == 32 then
        break
      end
    end
  end
  if ttl and ttl <= 0 and status ~= 'failed' then
    redis.call('HSET', R.taskKey(id), 'status', status)
    R.collect('gone', id)
    return
  end
  local size = bytes + #text
  local kind = status == 'failed' and 'dead' or 'finished'
  redis.call('HSET', R.taskKey(id), 'status', status, 'finishedAt', STAMP, 'updatedAt', STAMP, 'kept', tostring(size), ...)
  R.collect(kind, STAMP)
  R.collect(kind, id)
  R.add(kind .. 'Bytes', size)
  if ttl and ttl > 0 and kind == 'finished' then
    redis.call('ZADD', R.key('expiring'), NOW + ttl, id)
  end
end
