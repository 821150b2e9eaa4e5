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

-- What a record of the index counts for; one that somebody else deleted: what the `count` records, which take `bytes`
-- together, do on average. So the sum stays right in the long run.
function R.keptBytes(id, count, bytes)
  local size = redis.pcall('HGET', R.taskKey(id), 'kept')
  return type(size) == 'string' and tonumber(size) or math.floor(bytes / math.max(1, count))
end

function R.bytesOf(kind)
  return S[kind .. 'Bytes'] + (S.deltas[kind .. 'Bytes'] or 0)
end

-- Takes kept records out of their index. kind: 'finished' or 'dead'; bytes: the sum of their keptBytes().
function R.forget(kind, ids, bytes)
  redis.call('ZREM', R.key('expiring'), unpack(ids))
  if redis.call('ZREM', R.key(kind), unpack(ids)) > 0 then
    local empty = redis.call('EXISTS', R.key(kind)) == 0
    R.add(kind .. 'Bytes', empty and -R.bytesOf(kind) or -bytes)
  end
end

function R.forgetOne(kind, id)
  R.forget(kind, { id }, R.keptBytes(id, redis.call('ZCARD', R.key(kind)), R.bytesOf(kind)))
end

-- Removes the oldest records while there are too many, they are too large together, or too old; looks at up to
-- `limit`. Returns how many went.
function R.trim(kind, limit)
  local keep = R.retention(kind)
  local count = redis.call('ZCARD', R.key(kind))
  local bytes = R.bytesOf(kind)
  local page = redis.call('ZRANGE', R.key(kind), 0, limit - 1, 'WITHSCORES')
  local victims, freed = {}, 0
  for i = 1, #page, 2 do
    if count - #victims > keep.maxCount or bytes - freed > keep.maxBytes
      or tonumber(page[i + 1]) < NOW - keep.maxAgeMs then
      victims[#victims + 1] = page[i]
      freed = freed + R.keptBytes(page[i], count - #victims + 1, bytes - freed)
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
