-- The line that load.py reads: requests, microseconds, failures, microseconds of two percentiles.
local result = {}

function result.print(summary, latency, failed)
  local errors = summary.errors
  local all = errors.connect + errors.read + errors.write + errors.timeout + errors.status + failed
  print(string.format("\nresult %d %d %d %d %d", summary.requests, summary.duration, all,
    latency:percentile(50), latency:percentile(99)))
end

return result
