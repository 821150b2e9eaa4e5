-- The lease of a run among those of its fair key. The key lives a minute longer than the longest of them.
function R.keepKeyLease(id, fairKey, leaseEnd)
  local key, ms = R.subKey('keyleases', fairKey), leaseEnd - NOW + 60000
  redis.call('ZADD', key, leaseEnd, id)
  if redis.call('PEXPIRE', key, ms, 'NX') == 0 then
    redis.call('PEXPIRE', key, ms, 'GT')
  end
end
