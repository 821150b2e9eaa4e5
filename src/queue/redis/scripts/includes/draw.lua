-- Taking ids off the ready tasks, in the order of service.

-- Those that blocked workers moved aside come first; many at once when there is only one lane. Nil: look again.
-- Second value: the list that they were taken from, if it was a list.
function R.nextIds(number)
  if not S.noneTaken then
    local ids = redis.call('RPOP', R.key('taken'), number)
    S.noneTaken = not ids or #ids < number
    if ids then
      return ids, 'taken'
    end
  end
  if S.ring == 0 and S.urgent == 0 then
    if S.main == 0 then
      return {}
    end
    local ids = redis.call('RPOP', R.key('queue'), number) or {}
    S.main = S.main - #ids
    S.fed = false
    return ids, 'queue'
  end
  local id = R.pick()
  if id == nil then
    return {}
  end
  return id and { id } or nil
end

-- The ids from the given place on are again the next of their list.
function R.putBack(ids, from, list)
  local rest = {}
  for i = #ids, from, -1 do
    rest[#rest + 1] = ids[i]
  end
  redis.call('RPUSH', R.key(list), unpack(rest))
  if list == 'taken' then
    S.noneTaken = false
  else
    S.main = S.main + #rest
  end
end

-- Draws until use(id) has said true `number` times, or 128 entries were no tasks (cancelled ones, doubles), or S.full is
-- set. Second value: false when there may be more, though.
function R.drawUntil(number, use)
  local PASS_OVER, TOGETHER = 128, 16
  local found, passed = 0, 0
  R.lengths()
  while found < number and passed < PASS_OVER and not S.full do
    local ids, list = R.nextIds(math.min(number - found, PASS_OVER - passed, TOGETHER))
    if ids and #ids == 0 then
      return found, true
    end
    for i, id in ipairs(ids or {}) do
      if S.full then
        R.putBack(ids, i, list)
        break
      end
      if use(id) then
        found = found + 1
      else
        passed = passed + 1
      end
    end
    passed = passed + (ids and 0 or 1)
  end
  return found, found >= number
end
