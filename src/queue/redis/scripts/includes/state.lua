-- The context's state hash: read once, changed in memory, written back at the end with saveState().
-- Its field 'rules' holds the settings that were changed, as JSON; what is missing there has its default.
-- Counters change only through add(). No decision about a task hangs on them: what is there is read from the keys.
S.deltas, S.events, S.newest = {}, {}, {}
S.eventEnd = 0

-- Asks for the lengths of the queue's list, the ring and the urgent ones; not before somebody needs them, but before
-- anything is changed there: from then on they are carried on.
function R.lengths()
  S.main = S.main or redis.call('LLEN', R.key('queue'))
  S.ring = S.ring or redis.call('LLEN', R.key('ring'))
  S.urgent = S.urgent or redis.call('ZCARD', R.key('urgent'))
end

function R.rule(name, default)
  local value = S.rules and S.rules[name]
  if not value or value == cjson.null then
    return default
  end
  return value
end

function R.loadState()
  local v = redis.call('HMGET', R.key('state'), 'rules', 'tat', 'owner', 'fed', 'turns', 'openBytes', 'finishedBytes',
    'deadBytes', 'submitted', 'completed', 'fence')
  S.rules = v[1] and cjson.decode(v[1])
  S.tat, S.owner, S.fed, S.turns = tonumber(v[2]) or 0, v[3] or '', v[4] == '1', tonumber(v[5]) or 0
  S.openBytes, S.finishedBytes, S.deadBytes = v[6] or 0, v[7] or 0, v[8] or 0
  S.submitted, S.completed, S.fence = v[9] or 0, v[10] or 0, tonumber(v[11]) or 0
  S.before = { S.owner, S.fed, S.turns, S.tat }
end

function R.add(name, n)
  S.deltas[name] = (S.deltas[name] or 0) + n
end

-- Noted until the end of the call.
function R.event(kind, id, detail)
  local at = S.eventEnd
  S.events[at + 1], S.events[at + 2] = id, detail and kind .. ' ' .. detail or kind
  S.eventEnd = at + 2
end

-- Writes back what changed, and wakes workers that wait for something else than the queue's list.
function R.saveState()
  local fields = {}
  for name, n in pairs(S.deltas) do
    if S[name] then
      fields[#fields + 1] = name
      fields[#fields + 1] = string.format('%d', S[name] + n)
    elseif n ~= 0 then
      redis.call('HINCRBY', R.key('state'), name, n)
    end
  end
  local before = S.before
  if S.owner ~= before[1] or S.fed ~= before[2] or S.turns ~= before[3] or S.tat ~= before[4] then
    local n = #fields
    fields[n + 1], fields[n + 2], fields[n + 3], fields[n + 4] = 'owner', S.owner, 'fed', S.fed and '1' or '0'
    fields[n + 5], fields[n + 6], fields[n + 7] = 'turns', S.turns, 'tat'
    fields[n + 8] = string.format('%.3f', S.tat)
  end
  if #fields > 0 then
    redis.call('HSET', R.key('state'), unpack(fields))
  end
  -- Writing an entry costs much more than a few more events in it: those of one call share entries, up to ten in each.
  local most = #S.events > 0 and R.rule('maxEvents', $DEFAULT.maxEvents$) or 0
  for from = 1, most > 0 and #S.events or 0, 20 do
    local to = math.min(#S.events, from + 19)
    -- Whatever stands at this key: events are only told, no task depends on them.
    redis.pcall('XADD', R.key('events'), 'MAXLEN', '~', math.ceil(2 * most / (to - from + 1)), '*', unpack(S.events, from, to))
  end
  if S.wake then
    redis.call('PUBLISH', R.key('control'), 'wake')
  end
end
