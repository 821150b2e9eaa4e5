#!lua flags=no-writes,allow-oom
-- Numbers of a context at one moment. Not dependent on how many tasks there are.
-- KEYS[1] the context's queue
-- Output: ready (all lists, cancelled entries taken off), scheduled, leases, finished, dead, then the counters
--- @include base
local v = redis.call('HMGET', R.key('state'), 'lanes', 'parked', 'openBytes', 'finishedBytes', 'deadBytes', 'submitted',
  'completed', 'failed', 'cancelled', 'retried', 'crashed', 'rejected')
for i = 1, #v do
  v[i] = tonumber(v[i]) or 0
end
local waiting = redis.call('LLEN', R.key('queue')) + redis.call('LLEN', R.key('taken')) + redis.call('ZCARD', R.key('urgent'))
  + v[1] + v[2] - redis.call('SCARD', R.key('gone'))
return { math.max(0, waiting), redis.call('ZCARD', R.key('scheduled')), redis.call('ZCARD', R.key('leases')),
  redis.call('ZCARD', R.key('finished')), redis.call('ZCARD', R.key('dead')), v[3], v[4] + v[5], v[6], v[7], v[8], v[9],
  v[10], v[11], v[12] }
