-- Moves tasks whose moment has come to the ready ones, up to `limit`. Returns how many. S.nextDue tells when the next is.
function R.promote(limit)
  local first = redis.call('ZRANGE', R.key('scheduled'), 0, 0, 'WITHSCORES')
  S.nextDue = tonumber(first[2])
  return S.nextDue and S.nextDue <= NOW and R.promoteDue(limit) or 0
end
