-- What every script of flows begins with: its common arguments, the time, and the names of keys.
-- ARGV[1] prefix of our own keys; ARGV[2] context as it stands in key names (in braces in cluster mode); ARGV[3] time in ms,
-- or 0 for the server's own; ARGV[4] prefix of the keys that everybody may read (flow:, step:).
-- KEYS[1] is a key of the context: it routes the call. The others are made here, in the same hash slot.
-- F: functions of the includes. S: what is collected for the end of the call.
local F, S = {}, { messages = {}, events = {} }
local PREFIX, TAG, NOW, PUBLIC = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
if NOW == 0 then
  local time = redis.call('TIME')
  NOW = time[1] * 1000 + math.floor(time[2] / 1000)
end

function F.key(kind)
  return PREFIX .. kind .. ':' .. TAG
end

-- Runs of one status or one name. '|' is in no context's name.
function F.subKey(kind, part)
  return PREFIX .. kind .. ':' .. TAG .. '|' .. part
end

function F.ofRun(kind, id)
  return PREFIX .. kind .. ':' .. id
end

function F.flowKey(id)
  return PUBLIC .. 'flow:' .. id
end

function F.stepKey(id, step)
  return PUBLIC .. 'step:' .. id .. ':' .. step
end

local function whole(number)
  return string.format('%.0f', number)
end
