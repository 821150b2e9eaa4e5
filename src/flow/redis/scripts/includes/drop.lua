-- Removes a run with all that belongs to it. Returns how many keys that were.
function F.drop(id)
  local flow = redis.call('HMGET', F.flowKey(id), 'steps', 'status', 'name', 'definition', 'start_key')
  local keys = { F.flowKey(id), F.ofRun('flow-inbox', id), F.ofRun('flow-history', id), F.ofRun('flow-seen', id) }
  for _, step in ipairs(flow[1] and cjson.decode(flow[1]) or {}) do
    local key = F.stepKey(id, step)
    local items = tonumber(redis.call('HGET', key, 'items') or '') or 0
    keys[#keys + 1] = key
    for i = 0, items - 1 do
      keys[#keys + 1] = F.stepKey(id, step .. '[' .. i .. ']')
    end
  end
  for from = 1, #keys, 1000 do
    redis.call('UNLINK', unpack(keys, from, math.min(#keys, from + 999)))
  end
  for _, index in ipairs({ 'flows', 'flow-due', 'flow-ended', 'flow-uncompensated' }) do
    redis.call('ZREM', F.key(index), id)
  end
  if flow[2] then
    redis.call('ZREM', F.subKey('flows-status', flow[2]), id)
    redis.call('ZREM', F.subKey('flows-named', flow[3]), id)
    F.dropDefinition(flow[4])
  end
  if flow[5] and redis.call('HGET', F.key('flow-keys'), flow[5]) == id then
    redis.call('HDEL', F.key('flow-keys'), flow[5])
  end
  return #keys
end
