-- Taking ids off the ready tasks, in the order of service.

-- Those that blocked workers moved aside come first; many at once when there is only one lane. Nil: look again.
function R.nextIds(number)
  if not S.noneTaken then
    local ids = redis.call('RPOP', R.key('taken'), number)
    S.noneTaken = not ids or #ids < number
    if ids then
      return ids
    end
  end
  if S.ring == 0 and S.urgent == 0 then
    if S.main == 0 then
      return {}
    end
    local ids = redis.call('RPOP', R.key('queue'), number) or {}
    S.main = S.main - #ids
    S.fed = false
    return ids
  end
  local id = R.pick()
  if id == nil then
    return {}
  end
  return id and { id } or nil
end

-- Draws until use(id) has said true `number` times, or 128 entries were no tasks (cancelled ones, doubles), or S.full is
-- set. Second value: false when there may be more, though.
function R.drawUntil(number, use)
  local PASS_OVER, TOGETHER = 128, 16
  local found, passed = 0, 0
  R.lengths()
  while found < number and passed < PASS_OVER and not S.full do
    local ids = R.nextIds(math.min(number - found, PASS_OVER - passed, TOGETHER))
    if ids and #ids == 0 then
      return found, true
    end
    for _, id in ipairs(ids or {}) do
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
