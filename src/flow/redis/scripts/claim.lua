#!lua flags=allow-oom
-- Takes due runs: new ones, those whose executor let its lease run out, those that got something or whose time has come.
-- KEYS[1] index of the context's runs
-- ARGV[5] executor, [6] lease in ms, [7] how many at most (bounded by the caller)
-- Output: { now, ms until the next run is due or -1, { id, token, fields, inbox, { step, fields } ... } ... }.
--      Of runs with more than 100 steps the steps are left out.
--- @include base
--- @include tell
--- @include lease
local function stepsOf(id, flow)
  local steps = {}
  for i = 1, #flow, 2 do
    if flow[i] == 'steps' then
      local names = cjson.decode(flow[i + 1])
      if #names <= 100 then
        for at, name in ipairs(names) do
          steps[at] = { name, redis.call('HGETALL', F.stepKey(id, name)) }
        end
      end
    end
  end
  return steps
end

local due = F.key('flow-due')
local runs = {}
for _, id in ipairs(redis.call('ZRANGE', due, '-inf', whole(NOW), 'BYSCORE', 'LIMIT', 0, ARGV[7])) do
  if redis.call('EXISTS', F.flowKey(id)) == 1 then
    local token = F.hold(id, ARGV[5], tonumber(ARGV[6]))
    local flow = redis.call('HGETALL', F.flowKey(id))
    local inbox = redis.call('LRANGE', F.ofRun('flow-inbox', id), 0, 999)
    runs[#runs + 1] = { id, whole(token), flow, inbox, stepsOf(id, flow) }
  else
    redis.call('ZREM', due, id)
  end
end
local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
return { NOW, first[2] and math.max(0, first[2] - NOW) or -1, runs }
