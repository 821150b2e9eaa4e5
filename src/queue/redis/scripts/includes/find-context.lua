-- For scripts that know only an id: finds the context in the task's record. False when there is none.
function R.findContext(id)
  if TAG == '' then
    local context = redis.call('HGET', R.taskKey(id), 'context')
    if not context or context == '' then
      return false
    end
    TAG = context
  end
  return true
end
