#!lua flags=allow-oom
-- Checks (and repairs) one rule of the store for a few ids, atomically: whatever happens around it, a task that is in
-- order is not touched.
-- KEYS[1] the context's queue; ARGV[4] what is checked, [5] '1' to repair, [6] and on: ids (bounded by the caller)
-- Output: { rule, id, detail } for each problem
--- @include base
--- @include state
--- @include ready
--- @include turns
--- @include feed
--- @include records
R.loadState()
R.lengths()
local repair = ARGV[5] == '1'
local problems = {}
local function problem(rule, id, detail)
  problems[#problems + 1] = { rule, id, detail }
end

local function statusOf(id)
  local status = redis.pcall('HGET', R.taskKey(id), 'status')
  return type(status) == 'string' and status or nil
end

-- An entry of an index (it may have left since it was read) belongs to a task with one of these statuses.
local function checkEntry(index, rule, allowed)
  return function(id)
    if not redis.call('ZSCORE', R.key(index), id) then
      return
    end
    local status = statusOf(id)
    if allowed[status or ''] or (index == 'scheduled' and redis.call('ZSCORE', R.key('orphans'), id)) then
      return
    end
    problem(rule, id, 'the task is ' .. (status or 'missing'))
    if repair and (index == 'finished' or index == 'dead') then
      R.forgetOne(index, id)
    elseif repair then
      redis.call('ZREM', R.key(index), id)
      S.urgent = S.urgent - (index == 'urgent' and 1 or 0)
    end
  end
end

local function checkHolder(name)
  local id = redis.call('HGET', R.key('idempotency'), name)
  local status = id and statusOf(id)
  if id and status ~= 'pending' and status ~= 'scheduled' and status ~= 'processing' then
    problem('idempotencyKeyOutlivesTask', name, 'held by ' .. id .. ', which is ' .. (status or 'missing'))
    if repair then
      redis.call('HDEL', R.key('idempotency'), name)
    end
  end
end

local function checkLane(fairKey)
  if S.ring > 100000 then
    -- Longer than is looked through in one step.
    return
  end
  if redis.call('EXISTS', R.subKey('lane', fairKey)) == 1 and not redis.call('LPOS', R.key('ring'), fairKey, 'MAXLEN', 100000) then
    problem('laneWithoutTurn', fairKey, redis.call('LLEN', R.subKey('lane', fairKey)) .. ' tasks')
    if repair then
      redis.call('RPUSH', R.key('ring'), fairKey)
      S.ring = S.ring + 1
      if redis.call('LPOS', R.key('ring'), '', 'MAXLEN', 100001) == false then
        redis.call('RPUSH', R.key('ring'), '')
        S.ring = S.ring + 1
      end
    end
  end
end

-- A task's status says in which index it is. 'pending' is passed in only when no list holds it.
local INDEX = { processing = 'leases', scheduled = 'scheduled', completed = 'finished', cancelled = 'finished', failed = 'dead' }
local function checkTask(id)
  local v = redis.pcall('HMGET', R.taskKey(id), 'status', 'context', 'runAt', 'finishedAt', 'fairKey', 'callerId',
    'priority', 'bytes')
  if v.err or v[2] ~= R.contextName() then
    return
  end
  local index = INDEX[v[1] or '']
  if not index or redis.call('ZSCORE', R.key(index), id) then
    return
  end
  problem(v[1] .. 'WithoutEntry', id, 'it is not in ' .. index)
  if repair then
    -- An expired lease: the next sweep takes the task as one whose worker is gone.
    local score = index == 'leases' and NOW or tonumber(index == 'scheduled' and v[3] or v[4]) or NOW
    redis.call('ZADD', R.key(index), score, id)
  end
end

local function checkPending(id)
  local v = redis.pcall('HMGET', R.taskKey(id), 'status', 'context', 'fairKey', 'callerId', 'priority', 'updatedAt',
    'createdAt')
  if v.err or v[1] ~= 'pending' or v[2] ~= R.contextName() or redis.call('ZSCORE', R.key('urgent'), id) then
    return
  end
  if (tonumber(v[6]) or tonumber(v[7]) or 0) > NOW - 60000 then
    -- It may have moved while the lists were read.
    return
  end
  problem('pendingWithoutEntry', id, 'no list holds it')
  if repair then
    -- Should a list hold it after all: the second entry is passed over.
    R.push(id, R.fairKeyFrom(v[3], v[4]), tonumber(v[5]) or 0, NOW)
  end
end

local function checkCounters()
  local lanes = 0
  local ring = redis.call('LRANGE', R.key('ring'), 0, 999)
  for _, fairKey in ipairs(ring) do
    lanes = lanes + (fairKey == '' and 0 or redis.call('LLEN', R.subKey('lane', fairKey)))
  end
  local parked = 0
  local keys = redis.call('SRANDMEMBER', R.key('parkedkeys'), 1000)
  for _, fairKey in ipairs(keys) do
    parked = parked + redis.call('LLEN', R.subKey('parked', fairKey))
  end
  local nothingOpen = S.urgent + redis.call('EXISTS', R.key('queue'), R.key('taken'), R.key('ring'), R.key('scheduled'),
    R.key('leases'), R.key('parkedkeys')) == 0
  local exact = {
    lanes = #ring < 1000 and lanes or nil,
    parked = #keys < 1000 and parked or nil,
    openBytes = nothingOpen and 0 or nil,
    finishedBytes = redis.call('EXISTS', R.key('finished')) == 0 and 0 or nil,
    deadBytes = redis.call('EXISTS', R.key('dead')) == 0 and 0 or nil,
  }
  for name, value in pairs(exact) do
    local stored = tonumber(redis.call('HGET', R.key('state'), name) or 0)
    if stored ~= value then
      problem('counterDrift', name, 'stored ' .. stored .. ', counted ' .. value)
      if repair then
        redis.call('HSET', R.key('state'), name, value)
      end
    end
  end
  local lists = S.main + S.ring + redis.call('LLEN', R.key('taken')) + redis.call('SCARD', R.key('parkedkeys'))
  if lists == 0 and redis.call('EXISTS', R.key('gone')) == 1 then
    problem('goneWithoutQueue', 'gone', redis.call('SCARD', R.key('gone')) .. ' entries')
    if repair then
      redis.call('UNLINK', R.key('gone'))
    end
  end
end

local CHECKS = {
  leases = checkEntry('leases', 'leaseWithoutRun', { processing = true }),
  scheduled = checkEntry('scheduled', 'scheduledEntryWithoutTask', { scheduled = true, pending = true }),
  urgent = checkEntry('urgent', 'urgentEntryWithoutTask', { pending = true }),
  finished = checkEntry('finished', 'finishedEntryWithoutTask', { completed = true, cancelled = true }),
  dead = checkEntry('dead', 'deadEntryWithoutTask', { failed = true }),
  expiring = checkEntry('expiring', 'expiringEntryWithoutTask', { completed = true, cancelled = true, failed = true }),
  idempotency = checkHolder,
  lanes = checkLane,
  tasks = checkTask,
  pending = checkPending,
  counters = checkCounters,
}
for i = 6, #ARGV do
  CHECKS[ARGV[4]](ARGV[i])
end
R.flushReady()
R.feed()
R.saveState()
return problems
