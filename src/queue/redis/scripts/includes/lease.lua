-- Leases that end in this call: the index is written once, by flushLeases().
function R.dropLease(id)
  S.endedLeases = S.endedLeases or {}
  S.endedLeases[#S.endedLeases + 1] = id
end

function R.endLease(id, fairKey, callerId)
  R.dropLease(id)
  if S.rules and R.rule('keyConcurrency') then
    R.endKeyLease(id, R.fairKeyFrom(fairKey, callerId))
  end
end

function R.flushLeases()
  if S.endedLeases then
    redis.call('ZREM', R.key('leases'), unpack(S.endedLeases))
    S.endedLeases = nil
  end
end
