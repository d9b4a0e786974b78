-- The same request over and over. Arguments: METHOD AUTHORIZATION BODY, the last two may be empty.
local result = require("result")

function init(args)
  wrk.method = args[1]
  if args[2] ~= "" then
    wrk.headers["Authorization"] = args[2]
  end
  if args[3] ~= "" then
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
    wrk.body = args[3]
  end
end

function done(summary, latency)
  result.print(summary, latency, 0)
end
