-- Tells those who listen, once for the whole call: 'due', 'sent <id>', 'ended <status> <id>', 'schedules', a line each.
function F.tell(message)
  S.messages[#S.messages + 1] = message
end

-- Run ids and lines of history in turns, as one entry of the stream of events. Of a very long history the oldest lines go.
function F.note(id, line)
  if redis.call('RPUSH', F.ofRun('flow-history', id), line) > 50000 then
    redis.call('LPOP', F.ofRun('flow-history', id))
  end
  S.events[#S.events + 1] = id
  S.events[#S.events + 1] = line
end

function F.flush()
  if #S.events > 0 then
    redis.call('XADD', F.key('flow-events'), 'MAXLEN', '~', 10000, '*', unpack(S.events))
  end
  if #S.messages > 0 then
    redis.call('PUBLISH', F.key('flow-control'), table.concat(S.messages, '\n'))
  end
end

function F.makeDue(id, at)
  redis.call('ZADD', F.key('flow-due'), whole(at), id)
  if at <= NOW then
    F.tell('due')
  end
end
