-- What every script begins with: its common arguments, the time, and the names of keys.
-- ARGV[1] prefix of all keys; ARGV[2] context as it stands in key names (in braces in cluster mode; empty when only a
-- task's id is known); ARGV[3] time in ms, or 0 for the server's own: workers' clocks never matter, only tests set it.
-- KEYS[1] is a key of the context: it routes the call. The others are made here, in the same hash slot.
--
-- Two things are slow in Redis' Lua, and shape these files. Turning numbers into text: so times are kept as text, too.
-- Making functions, which happens anew in each call, the slower the more outer variables exist that functions use: so
-- functions and whatever they share hang on two tables, and those that most calls do not need stand in R.makeRest of
-- their script, which runs when the first of them is used.
-- R: functions of the includes. S: the context's state and what is collected for the end of the call.
local R, S = {}, {}
setmetatable(R, { __index = function(_, name)
  setmetatable(R, nil)
  R.makeRest()
  return R[name]
end })
local PREFIX, TAG, NOW = ARGV[1], ARGV[2], tonumber(ARGV[3])
if NOW == 0 then
  local time = redis.call('TIME')
  NOW = time[1] * 1000 + math.floor(time[2] / 1000)
end
local STAMP = string.format('%d', NOW)

function R.key(kind)
  return PREFIX .. kind .. ':' .. TAG
end

-- Keys with one more part: a fair key or a worker. '|' is in no context's name.
function R.subKey(kind, part)
  return PREFIX .. kind .. ':' .. TAG .. '|' .. part
end

function R.taskKey(id)
  return PREFIX .. 'task:' .. id
end

-- A number from 0 that a record holds; 0 for garbage, which foreign clients may write ('inf', 'nan', '0x10').
function R.count(text)
  return text and #text < 16 and string.find(text, '^%d+$') and tonumber(text) or 0
end

function R.contextName()
  return string.match(TAG, '^{(.*)}$') or TAG
end
