-- Writes the fields of a run and its steps. ARGV[at] number of texts, then fields and values of the flow's hash; then the
-- number of steps, and for each its id, number of texts, fields and values. Returns the place behind all that.
function F.write(id, at)
  local count = tonumber(ARGV[at])
  if count > 0 then
    redis.call('HSET', F.flowKey(id), unpack(ARGV, at + 1, at + count))
  end
  at = at + count + 1
  local steps = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, steps do
    local texts = tonumber(ARGV[at + 1])
    redis.call('HSET', F.stepKey(id, ARGV[at]), unpack(ARGV, at + 2, at + 1 + texts))
    at = at + 2 + texts
  end
  return at
end
