-- So that includes/repeat-claim.lua can answer again.
function R.rememberClaim(worker, request, leaseMs, list)
  if #list == 0 then
    return
  end
  local words = { request }
  for i, task in ipairs(list) do
    words[i + 1] = task[4] .. ' ' .. task[1]
  end
  redis.call('SET', R.subKey('claimed', worker), table.concat(words, '\n'), 'PX', leaseMs)
end
