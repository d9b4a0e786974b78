-- Every request sends the refresh token of the answer before: one connection a thread, a chain each.
-- Arguments: AUTHORIZATION, then SEED, a path that answers with a first token, or a file of them.
local result = require("result")
local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
end

function init(args)
  failed = 0
  local host = "Host: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
  head = "POST " .. wrk.path .. " HTTP/1.1\r\n" .. host .. "Authorization: " .. args[1]
    .. "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
  if args[2]:sub(1, 5) == "file:" then
    token = line_of(args[2]:sub(6), number)
  else
    seed = "GET " .. args[2] .. " HTTP/1.1\r\n" .. host .. "\r\n"
  end
end

function line_of(file, wanted)
  local count = 0
  for line in io.lines(file) do
    count = count + 1
    if count == wanted then return line end
  end
end

function request()
  if not token then return seed end
  local body = "grant_type=refresh_token&refresh_token=" .. token
  return head .. #body .. "\r\n\r\n" .. body
end

function response(status, headers, body)
  local fresh = body:match('"refresh_token": ?"([^"]+)"')
  if fresh then
    token = fresh
  else
    failed = failed + 1
    if seed then token = nil end  -- begin again
  end
end

function done(summary, latency)
  local broken = 0
  for _, thread in ipairs(threads) do broken = broken + thread:get("failed") end
  result.print(summary, latency, broken)
end
