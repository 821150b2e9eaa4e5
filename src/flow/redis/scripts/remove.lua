#!lua flags=allow-oom
-- Removes one ended run.
-- KEYS[1] index of the context's runs
-- ARGV[5] id
-- Output: 1 removed, 0 there is none, or the status that does not allow it
--- @include base
--- @include definitions
--- @include drop
local status = redis.call('HGET', F.flowKey(ARGV[5]), 'status')
if not status then
  return 0
elseif status ~= 'Completed' and status ~= 'Failed' and status ~= 'Cancelled' then
  return status
end
F.drop(ARGV[5])
return 1
