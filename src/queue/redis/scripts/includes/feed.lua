-- Restores the invariant of includes/ready.lua after tasks were taken.
function R.feed()
  R.lengths()
  if S.main == 0 and (S.ring > 0 or S.urgent > 0) then
    R.refill()
  end
end
