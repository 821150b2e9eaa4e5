-- Puts an entry into a run's inbox, and sees to it that somebody looks there. `owner`: '' when nobody holds the run.
function F.put(id, owner, entry)
  redis.call('RPUSH', F.ofRun('flow-inbox', id), entry)
  if not owner or owner == '' then
    F.makeDue(id, NOW)
  else
    F.tell('sent ' .. id)
  end
end
