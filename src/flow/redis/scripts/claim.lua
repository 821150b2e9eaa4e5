#!lua flags=allow-oom
-- Takes due runs: new ones, those whose executor let its lease run out, those that got something or whose time has come.
-- KEYS[1] index of the context's runs
-- ARGV[5] executor, [6] lease in ms, [7] how many at most (bounded by the caller)
-- Output: { now, ms until the next run is due or -1, { id, token, fields, inbox, { step, fields } ... } ..., { id ... } }.
--      Of runs with more than 100 steps the steps are left out. The last are runs that cannot be read, since somebody else
--      wrote to their keys: they are looked at again after a minute, and keep nobody from the others.
--- @include base
--- @include tell
--- @include lease
local LOOK_AGAIN = 60000

-- Nil when the run is damaged.
local function stepsOf(id, flow)
  local steps = {}
  for i = 1, #flow, 2 do
    if flow[i] == 'steps' then
      local ok, names = pcall(cjson.decode, flow[i + 1])
      if not ok or type(names) ~= 'table' then
        return nil
      end
      for at, name in ipairs(#names <= 100 and names or {}) do
        local fields = type(name) == 'string' and redis.pcall('HGETALL', F.stepKey(id, name))
        if not fields or fields.err then
          return nil
        end
        steps[at] = { name, fields }
      end
    end
  end
  return steps
end

-- Fields, inbox and steps; nil when the run is damaged.
local function read(id)
  local flow = redis.pcall('HGETALL', F.flowKey(id))
  local inbox = redis.pcall('LRANGE', F.ofRun('flow-inbox', id), 0, 999)
  local steps = not flow.err and not inbox.err and stepsOf(id, flow)
  if steps then
    return flow, inbox, steps
  end
end

local due = F.key('flow-due')
local runs, damaged = {}, {}
for _, id in ipairs(redis.call('ZRANGE', due, '-inf', whole(NOW), 'BYSCORE', 'LIMIT', 0, ARGV[7])) do
  if redis.call('EXISTS', F.flowKey(id)) == 0 then
    redis.call('ZREM', due, id)
  else
    local flow, inbox, steps = read(id)
    if flow then
      local token = F.hold(id, ARGV[5], tonumber(ARGV[6]))
      runs[#runs + 1] = { id, whole(token), flow, inbox, steps }
    else
      redis.call('ZADD', due, whole(NOW + LOOK_AGAIN), id)
      damaged[#damaged + 1] = id
    end
  end
end
local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
return { NOW, first[2] and math.max(0, first[2] - NOW) or -1, runs, damaged }
