-- wrk asks for a page of a card, each time of another one, as a browser does that is signed in, or as
-- programs with several keys do.

local path, cards = os.getenv("ASKED"), tonumber(os.getenv("CARDS"))
local keys, turn = {}, 0
local headers = {
  ["Host"] = os.getenv("HOST"),
  ["Cookie"] = os.getenv("COOKIE"),
  ["Accept-Encoding"] = "gzip",
}

function init()
  math.randomseed(tonumber(os.getenv("SEED")))
end

for key in (os.getenv("KEYS") or ""):gmatch("%S+") do
  keys[#keys + 1] = key
end

function request()
  if #keys > 0 then
    turn = turn % #keys + 1
    headers["Authorization"] = "Bearer " .. keys[turn]
  end
  local card = ("c%07d"):format(math.random(0, cards - 1))
  return wrk.format("GET", path:gsub("{card}", card), headers)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "p95_ms": %f, "refused": %d, "broken": %d}\n',
    summary.requests, latency:percentile(95) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
