#!lua flags=allow-oom
-- Changes settings of a context, and wakes its workers: what they may do has changed.
-- KEYS[1] the context's queue; ARGV[4] changed settings as a JSON object, null for no limit; [5] and on: fair keys and
-- their weights in turns, when the settings have weights (they replace all)
-- Output: 1
--- @include base
local rules = cjson.decode(redis.call('HGET', R.key('state'), 'rules') or '{}')
local changes = cjson.decode(ARGV[4])
for name, value in pairs(changes) do
  rules[name] = value
end
if changes.weighted ~= nil then
  redis.call('DEL', R.key('weights'))
  for from = 5, #ARGV, 1000 do
    redis.call('HSET', R.key('weights'), unpack(ARGV, from, math.min(#ARGV, from + 999)))
  end
end
if changes.rate then
  redis.call('HDEL', R.key('state'), 'tat')
end
redis.call('HSET', R.key('state'), 'rules', cjson.encode(rules))
redis.call('PUBLISH', R.key('control'), 'wake')
return 1
