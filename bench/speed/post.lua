-- Posts the body of the file named in BENCH_BODY; where BENCH_NEW is set, with other words each time.
local file = io.open(os.getenv("BENCH_BODY"), "rb")
local body = file:read("*a")
file:close()
wrk.method = "POST"
wrk.body = body
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")

-- Eight common words in an order that hardly ever comes twice.
if os.getenv("BENCH_NEW") then
  local words = {}
  for word in ("the a of and to in is it you that he was for on are with as his they be at one "
    .. "have this from or had by hot but some what there we can out other were all your when up")
    :gmatch("%S+") do
    words[#words + 1] = word
  end
  request = function()
    local said = {}
    for place = 1, 8 do
      said[place] = words[math.random(#words)]
    end
    return wrk.format(nil, nil, nil, (body:gsub("Hello!", table.concat(said, " "))))
  end
end
