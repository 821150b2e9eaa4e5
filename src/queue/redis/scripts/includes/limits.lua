-- What holds tasks back that are ready: concurrency (live leases) and rate.
function R.countReady()
  R.lengths()
  return S.main + redis.call('LLEN', R.key('taken')) + S.urgent + math.max(0, S.ring - 1)
end

-- How many tasks may start now. Second value: what limits.
function R.allowance(limit)
  local number, limiter = limit, nil
  local concurrency, rate = R.rule('concurrency'), R.rule('rate')
  if concurrency then
    local free = math.max(0, concurrency - redis.call('ZCOUNT', R.key('leases'), '(' .. STAMP, '+inf'))
    if free < number then
      number, limiter = free, 'busy'
    end
  end
  if rate then
    -- Whatever the clock did: never further off than the limit's own time.
    S.tat = math.min(math.max(S.tat, NOW), NOW + rate.perMs)
    local allowed = math.floor((rate.perMs - (S.tat - NOW)) / (rate.perMs / rate.max) + 1e-6)
    if allowed < number then
      number, limiter = math.max(0, allowed), 'rateLimited'
    end
  end
  return number, limiter
end

-- Reason for which fewer were given than asked for, and ms until asking again may help (-1: no moment is known).
function R.limited(limiter)
  if R.countReady() == 0 then
    return nil
  end
  if limiter == 'rateLimited' then
    local rate = R.rule('rate')
    return limiter, math.max(1, math.ceil(S.tat - NOW + rate.perMs / rate.max - rate.perMs))
  end
  local live = redis.call('ZRANGE', R.key('leases'), '(' .. STAMP, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
  local first = tonumber(live[2])
  return limiter, first and math.ceil(first - NOW) or -1
end

-- Room may be left for workers that wait for a lease to end, not for the queue.
function R.wakeLimited()
  local concurrency = R.rule('concurrency')
  if concurrency and not R.rule('paused') and R.countReady() > 0
    and redis.call('ZCOUNT', R.key('leases'), '(' .. STAMP, '+inf') < concurrency then
    S.wake = true
  end
end

-- Some keys with parked tasks: any, so that each gets its turn in the end; sorted, so that a test can tell what comes of it.
function R.parkedKeys()
  local keys = redis.call('SRANDMEMBER', R.key('parkedkeys'), 16)
  table.sort(keys)
  return keys
end
