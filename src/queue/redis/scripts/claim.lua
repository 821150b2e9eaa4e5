#!lua flags=allow-oom
-- Takes tasks that may run now, under a lease. Goes on when the server's memory is full: that is how it gets emptier.
-- KEYS[1] the context's queue
-- ARGV[4] worker, [5] lease in ms, [6] how many (bounded by the caller), [7] id of this request, [8] '1' when repeated
-- Output: see claim() and packed() in includes/claim.lua
--- @include base
--- @include state
--- @include feed
--- @include promote
--- @include draw
--- @include claim
--- @include remember-claim
function R.makeRest()
  --- @include ready
  --- @include delay
  --- @include turns
  --- @include finish
  --- @include records
  --- @include end-finishing
  --- @include promote-due
  --- @include park
  --- @include odd
  --- @include key-lease
  --- @include limits
  --- @include repeat-claim
end
S.leaseEnd = NOW + tonumber(ARGV[5])
R.loadState()
local result = ARGV[8] == '1' and R.repeatClaim(ARGV[4], ARGV[7])
if not result then
  result = R.claim(ARGV[4], tonumber(ARGV[6]))
  if S.finishing then
    R.endFinishing()
  end
  if S.rules then
    R.wakeLimited()
  end
  R.saveState()
  R.rememberClaim(ARGV[4], ARGV[7], tonumber(ARGV[5]), result[3])
end
return R.packed(result)
