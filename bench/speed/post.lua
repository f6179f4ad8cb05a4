-- Posts the body of the file named in BENCH_BODY; a number in it grows where BENCH_NEW is set.
local file = io.open(os.getenv("BENCH_BODY"), "rb")
local body = file:read("*a")
file:close()
wrk.method = "POST"
wrk.body = body
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")

if os.getenv("BENCH_NEW") then
  local number = 0
  request = function()
    number = number + 1
    return wrk.format(nil, nil, nil, (body:gsub("Hello!", "Hello " .. number .. "!")))
  end
end
