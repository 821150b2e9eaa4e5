-- Removing records.
function R.erase(ids)
  local keys = {}
  for _, id in ipairs(ids) do
    keys[#keys + 1] = R.taskKey(id)
    keys[#keys + 1] = PREFIX .. 'log:' .. id
  end
  if #keys > 0 then
    redis.call('UNLINK', unpack(keys))
  end
end

function R.keptBytes(id)
  local size = redis.pcall('HGET', R.taskKey(id), 'kept')
  return type(size) == 'string' and tonumber(size) or 0
end

-- Takes kept records out of their index. kind: 'finished' or 'dead'; bytes: the sum of their keptBytes().
function R.forget(kind, ids, bytes)
  redis.call('ZREM', R.key(kind), unpack(ids))
  redis.call('ZREM', R.key('expiring'), unpack(ids))
  R.add(kind .. 'Bytes', -bytes)
end

function R.forgetOne(kind, id)
  R.forget(kind, { id }, R.keptBytes(id))
end

-- Removes the oldest records while there are too many, they are too large together, or too old; looks at up to
-- `limit`. Returns how many went.
function R.trim(kind, limit)
  local keep = R.retention(kind)
  local count = redis.call('ZCARD', R.key(kind))
  local bytes = S[kind .. 'Bytes'] + (S.deltas[kind .. 'Bytes'] or 0)
  local page = redis.call('ZRANGE', R.key(kind), 0, limit - 1, 'WITHSCORES')
  local victims, freed = {}, 0
  for i = 1, #page, 2 do
    if count - #victims > keep.maxCount or bytes - freed > keep.maxBytes
      or tonumber(page[i + 1]) < NOW - keep.maxAgeMs then
      victims[#victims + 1] = page[i]
      freed = freed + R.keptBytes(page[i])
    else
      break
    end
  end
  if #victims > 0 then
    R.forget(kind, victims, freed)
    R.erase(victims)
  end
  return #victims
end
