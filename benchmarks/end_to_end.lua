-- wrk sends RATE requests a second, evenly, whatever the answers take: each has a new event. Pages
-- have three events; cards and agents are taken in turn.

local ffi = require("ffi")
ffi.cdef[[
typedef struct { long s; long ns; } balise_time;
int clock_gettime(int which, balise_time *now);
]]

local rate, name = tonumber(os.getenv("RATE")), os.getenv("NAME")
local time, cards, turn, due_ms = ffi.new("balise_time"), {}, 0, nil

local function now_ms()
  ffi.C.clock_gettime(0, time)
  return tonumber(time.s) * 1000 + tonumber(time.ns) / 1e6
end

for card in os.getenv("CARDS"):gmatch("%w+") do
  cards[#cards + 1] = card
end

local agent = "Mozilla/5.0 (Linux; Android %d; SM-A%dB) AppleWebKit/537.36 (KHTML, like Gecko)"
  .. " Chrome/%d.0.0.0 Mobile Safari/537.36"
local body = '{"v":1,"card":"%s","page":"%s%08d","sent":%d,"medium":"qr","ref":"www.linkedin.com",'
  .. '"lang":"fr-FR","tz":"Indian/Reunion","width":390,'
  .. '"events":[{"seq":%d,"name":"view","at":%d}]}'
local headers = { ["Host"] = "stats.example.fr", ["Content-Type"] = "text/plain;charset=UTF-8" }

function request()
  local page, at = math.floor(turn / 3), math.floor(now_ms())
  headers["User-Agent"] = agent:format(10 + page % 6, page % 500, 100 + page % 41)
  local card = cards[page % #cards + 1]
  local sent = body:format(card, name, page, at, turn % 3, at)
  turn = turn + 1
  return wrk.format("POST", "/api/track", headers, sent)
end

function delay()
  local now = now_ms()
  due_ms = (due_ms or now) + 1000 / rate
  return math.max(0, math.floor(due_ms - now + 0.5))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "p99_ms": %f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
