-- Signals that runs wait for by name and key, whichever run they are meant for; and what was kept until somebody would.
-- ARGV[at] a number, then so many names. Returns the place behind them.
function F.beginWaits(id, at)
  local count = tonumber(ARGV[at])
  for i = at + 1, at + count do
    redis.call('ZADD', F.key('flow-waits'), 0, ARGV[i] .. '\n\n' .. id)
    F.takeMail(id, ARGV[i] .. '\n\n')
  end
  return at + count + 1
end

-- The oldest that was kept for this name.
function F.takeMail(id, name)
  local found = redis.call('ZRANGE', F.key('flow-mail'), '[' .. name, '(' .. name .. '\255', 'BYLEX', 'LIMIT', 0, 1)[1]
  if not found then
    return
  end
  redis.call('ZREM', F.key('flow-mail'), found)
  redis.call('ZREM', F.key('flow-mail-due'), found)
  local entry = redis.call('HGET', F.key('flow-mail-texts'), found)
  redis.call('HDEL', F.key('flow-mail-texts'), found)
  if entry then
    redis.call('RPUSH', F.ofRun('flow-inbox', id), entry)
  end
end

function F.endWaits(id, at)
  local count = tonumber(ARGV[at])
  for i = at + 1, at + count do
    redis.call('ZREM', F.key('flow-waits'), ARGV[i] .. '\n\n' .. id)
  end
  return at + count + 1
end
