#!lua flags=allow-oom
-- Ends runs and takes the next tasks in the same step. A verdict with a stale token changes nothing; one that was
-- carried out before is answered as it was. Goes on when the server's memory is full.
-- KEYS[1] the context's queue
-- ARGV[4] worker, [5] lease in ms, [6] how many to claim, -1 for none, [7] id of this request, [8] '1' when repeated,
--      [9] number of verdicts (bounded by the caller), then for each: kind, id, token, output or error, ms until the retry
-- Output: { what became of each task, claim (see claim() and packed() in includes/claim.lua) or {} }
--- @include base
--- @include state
--- @include feed
--- @include finish
--- @include end-finishing
--- @include lease
--- @include promote
--- @include draw
--- @include claim
--- @include remember-claim
function R.makeRest()
  --- @include ready
  --- @include delay
  --- @include turns
  --- @include records
  --- @include promote-due
  --- @include park
  --- @include odd
  --- @include key-lease
  --- @include limits
  --- @include verdict
  --- @include repeat-claim
end
S.leaseEnd = NOW + tonumber(ARGV[5])

-- What became of a task that does not run under this token (nil: it does). A verdict that was carried out before is
-- answered as it was; one that a lost lease forestalled, as 'lost'.
local REPEATED = { pending = { failed = true, crashed = true, released = true }, scheduled = { failed = true, crashed = true } }
local function answerFor(kind, v, token)
  local status = v[1]
  if v.err or v[2] ~= token or not status then
    return 'lost'
  elseif status == 'processing' then
    return nil
  end
  return REPEATED[status] and not REPEATED[status][kind] and 'lost' or status
end

local function complete(id, token, output)
  local v = redis.pcall('HMGET', R.taskKey(id), 'status', 'token', 'idempotencyKey', 'notify', 'bytes', 'resultTtlMs',
    'attempts', 'error')
  local answer = answerFor('completed', v, token)
  if answer then
    return answer
  end
  R.finish(id, 'completed', v, output, 'output', output)
  if v[8] then
    redis.call('HDEL', R.taskKey(id), 'error')
  end
  local owner = S.rules and R.rule('keyConcurrency') and redis.call('HMGET', R.taskKey(id), 'fairKey', 'callerId') or {}
  R.endLease(id, owner[1], owner[2])
  R.event('completed', id)
  return 'completed'
end

local function settle(kind, id, token, text, ms)
  if kind == 'completed' then
    return complete(id, token, text)
  end
  local v = R.readRun(id)
  return answerFor(kind, v, token) or R.VERDICTS[kind](id, v, text, tonumber(ms))
end

R.loadState()
local outcomes = {}
for i = 1, tonumber(ARGV[9]) do
  local at = 5 + 5 * i
  outcomes[i] = settle(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
end
R.flushLeases()
if S.newest[1] then
  R.flushReady()
end
local limit = tonumber(ARGV[6])
local result = ARGV[8] == '1' and R.repeatClaim(ARGV[4], ARGV[7])
if not result and limit >= 0 then
  result = R.claim(ARGV[4], limit)
  R.rememberClaim(ARGV[4], ARGV[7], tonumber(ARGV[5]), result[3])
end
R.endFinishing()
if S.rules then
  R.wakeLimited()
end
R.saveState()
return { outcomes, result and R.packed(result) or {} }
