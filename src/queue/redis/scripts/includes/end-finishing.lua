-- Writes what finish() collected.
function R.retention(kind)
  if kind == 'dead' then
    return R.rule('deadRetention') or { $DEFAULT.deadRetention$ }
  end
  return R.rule('retention') or { $DEFAULT.retention$ }
end

-- More records may go than were added: so a lowered limit is reached without the sweep.
function R.endFinishing()
  for kind, list in pairs(S.finishing or {}) do
    if kind == 'gone' then
      R.erase(list)
    else
      redis.call('ZADD', R.key(kind), unpack(list))
      local keep, bytes = R.retention(kind), kind .. 'Bytes'
      if S[bytes] + (S.deltas[bytes] or 0) > keep.maxBytes or redis.call('ZCARD', R.key(kind)) > keep.maxCount then
        R.trim(kind, #list / 2 + 32)
      end
    end
  end
end
