-- What a sweep puts right that nothing else would.
function R.tidy()
  local parked = redis.call('EXISTS', R.key('parkedkeys')) == 1
  if R.countReady() > 0 or parked then
    -- A worker that was woken died before its claim: others are to look.
    if redis.call('EXISTS', R.key('taken')) == 1 and not R.rule('paused') and not R.rule('concurrency') then
      S.wake = true
    end
    return
  end
  -- No list holds an entry: none is to be passed over, and the counters of entries are 0.
  redis.call('UNLINK', R.key('gone'))
  local counters = redis.call('HMGET', R.key('state'), 'lanes', 'parked')
  for i, name in ipairs({ 'lanes', 'parked' }) do
    R.add(name, -(tonumber(counters[i]) or 0) - (S.deltas[name] or 0))
  end
  if redis.call('EXISTS', R.key('scheduled'), R.key('leases')) == 0 then
    -- No task is unfinished: what is left here is that of records which others deleted.
    redis.call('UNLINK', R.key('idempotency'))
    local open = S.openBytes + (S.deltas.openBytes or 0)
    if open ~= 0 then
      R.add('openBytes', -open)
    end
  end
end
