-- wrk sends the bodies of a file, one line each, in turn, as a browser's beacon does. With PAUSE_MS
-- each connection rests before each request, that long on average: a rate below the maximum.

local requests, turn = {}, 0
local pause_ms = tonumber(os.getenv("PAUSE_MS"))

local headers = {
  ["Host"] = "stats.example.fr",
  ["Content-Type"] = "text/plain;charset=UTF-8",
  ["Origin"] = "https://cartes.example.fr",
  ["Referer"] = "https://cartes.example.fr/",
  ["User-Agent"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    .. " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  ["Accept"] = "*/*",
  ["Accept-Language"] = "fr-FR,fr;q=0.9",
  ["Accept-Encoding"] = "gzip, deflate, br",
  ["Sec-Fetch-Mode"] = "no-cors",
}

function init()
  for body in io.lines(os.getenv("BODIES")) do
    requests[#requests + 1] = wrk.format("POST", "/api/track", headers, body)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

if pause_ms then
  function delay()
    return math.random(0, 2 * pause_ms)
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
