-- Claiming: takes tasks that may run, under a lease, with a fencing token that was never given before.
-- The script sets S.leaseEnd before it calls claim().

-- Ids of tasks that this call starts.
S.drawn = {}

-- Adds the task to the list if it may run, else does whatever is to be done about the entry. Returns whether it may.
function R.consider(list, rejected, id)
  if (#id > 1000 or string.byte(TAG) == 123) and not R.belongs(id) then
    R.reject(rejected, id, 'the id does not belong to this context')
    return false
  end
  if S.drawn[id] then
    return false
  end
  local h = redis.pcall('HGETALL', R.taskKey(id))
  if h.err then
    R.reject(rejected, id, 'the key of the task holds another type of data')
    return false
  end
  if #h == 0 then
    R.missing(rejected, id)
    return false
  end
  local status, attempts, bytes, context
  for i = 1, #h, 2 do
    local name = h[i]
    if name == 'status' then
      status = h[i + 1]
    elseif name == 'attempts' then
      attempts = h[i + 1]
    elseif name == 'context' then
      context = h[i + 1]
    elseif name == 'bytes' then
      bytes = h[i + 1]
    end
  end
  if context ~= S.name and R.isElsewhere(context) then
    R.reject(rejected, id, 'the task belongs to another context')
    return false
  end
  if status and status ~= 'pending' then
    R.notPending(rejected, id, R.tableOf(h))
    return false
  end
  if S.rules and R.rule('keyConcurrency') and not R.takeKeyLease(id, R.tableOf(h)) then
    return false
  end
  local size = R.count(bytes)
  if size == 0 then
    size = R.count(R.adopt(id, R.tableOf(h), h))
  end
  -- Few large tasks fill an answer, too: its text is made here, while the server does nothing else.
  S.claimedBytes = (S.claimedBytes or 0) + size
  S.full = S.claimedBytes > 4000000
  list[#list + 1] = { id, h, R.count(attempts) + 1 }
  -- Its status is written with the token: until then this tells a second entry of the same task.
  S.drawn[id] = true
  return true
end

-- Gives tokens and leases to the tasks of this call. Tokens are never below the time in us: so they rise even when the
-- server lost its data, or only what it wrote last.
function R.grant(list, worker)
  local before = math.max(S.fence, NOW * 1000)
  R.add('fence', before + #list - S.fence)
  local leases, leaseStamp = {}, string.format('%d', S.leaseEnd)
  local started = 'started ' .. worker
  for i, task in ipairs(list) do
    local id, token = task[1], string.format('%d', before + i)
    redis.call('HSET', R.taskKey(id), 'status', 'processing', 'token', token,
      'attempts', task[3] == 1 and '1' or tostring(task[3]), 'workerId', worker, 'startedAt', STAMP, 'updatedAt', STAMP)
    leases[2 * i - 1], leases[2 * i] = leaseStamp, id
    task[4] = token
    R.event(started, id)
  end
  redis.call('ZADD', R.key('leases'), unpack(leases))
end

-- The answer as it goes to the worker: its tasks as JSON, as one long text costs the worker much less than many short ones.
function R.packed(answer)
  answer[3] = #answer[3] > 0 and cjson.encode(answer[3]) or '[]'
  return answer
end

-- Claims up to `limit` tasks. Returns { now, lease end, tasks { id, record, attempts, token as text }, rejected { id, reason },
-- reason why there were fewer or '', ms to wait }. The state must be loaded; saveState() must follow, and packed().
function R.claim(worker, limit)
  local list, rejected = {}, {}
  if R.rule('paused') then
    return { NOW, S.leaseEnd, list, rejected, 'paused', -1 }
  end
  R.promote(100)
  S.name = R.contextName()
  local number, limiter = limit, nil
  if S.rules then
    number, limiter = R.allowance(limit)
  end
  local found, complete = R.drawUntil(number, function(id)
    return R.consider(list, rejected, id)
  end)
  if found > 0 then
    local rate = S.rules and R.rule('rate')
    if rate then
      S.tat = S.tat + found * rate.perMs / rate.max
    end
    R.grant(list, worker)
  end
  R.feed()
  if found == limit or not complete then
    return { NOW, S.leaseEnd, list, rejected, '', -1 }
  end
  local reason, wait = nil, nil
  if limiter then
    reason, wait = R.limited(limiter)
  end
  wait = wait or (S.nextDue and math.max(0, math.ceil(S.nextDue - NOW)) or -1)
  return { NOW, S.leaseEnd, list, rejected, reason or 'empty', wait }
end
