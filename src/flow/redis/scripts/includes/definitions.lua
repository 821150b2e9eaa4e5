-- Definitions are shared by all who carry the same one, and go with the last of them.
-- False when neither the caller nor the store knows the text.
function F.useDefinition(hash, text)
  if text ~= '' then
    redis.call('HSETNX', F.key('flow-definitions'), hash, text)
  elseif redis.call('HEXISTS', F.key('flow-definitions'), hash) == 0 then
    return false
  end
  redis.call('HINCRBY', F.key('flow-definition-uses'), hash, 1)
  return true
end

function F.dropDefinition(hash)
  if redis.call('HINCRBY', F.key('flow-definition-uses'), hash, -1) <= 0 then
    redis.call('HDEL', F.key('flow-definition-uses'), hash)
    redis.call('HDEL', F.key('flow-definitions'), hash)
  end
end
