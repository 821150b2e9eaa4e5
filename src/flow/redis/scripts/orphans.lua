#!lua flags=no-writes,allow-oom
-- Looks for open runs that nobody will ever look at: not due, in nobody's hands, and not waiting for a signal or a resume.
-- KEYS[1] index of the context's runs
-- ARGV[5] id behind which to begin, or '', [6] how many to look at (bounded by the caller)
-- Output: { last id looked at or '' at the end, ids found ... }
--- @include base
local from = ARGV[5] == '' and '-' or '(' .. ARGV[5]
local ids = redis.call('ZRANGE', F.key('flows'), from, '+', 'BYLEX', 'LIMIT', 0, ARGV[6])
local answer = { #ids < tonumber(ARGV[6]) and '' or ids[#ids] }
for _, id in ipairs(ids) do
  local flow = redis.call('HMGET', F.flowKey(id), 'status', 'lease_owner')
  local status = flow[1]
  local open = status and status ~= 'Completed' and status ~= 'Failed' and status ~= 'Cancelled'
  if open and not redis.call('ZSCORE', F.key('flow-due'), id) then
    local rests = status == 'Waiting' or status == 'Paused'
    local owned = flow[2] and flow[2] ~= ''
    if not rests or owned or redis.call('LLEN', F.ofRun('flow-inbox', id)) > 0 then
      answer[#answer + 1] = id
    end
  end
end
return answer
