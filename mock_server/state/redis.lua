-- The state of a mock, one wish at a time and each wish whole: the same sums as state/memory.py.
--
-- Amounts and times need more than the 53 bits of a Lua number, so they are pairs 'high:low' in
-- base 10^9, the low part never negative. Whatever is multiplied or divided comes ready made.
-- The names of the keys are made here from that of the first: all are in one slot, and naming each
-- of them in each wish costs more than granting it.
local BORN, OWN = KEYS[1], KEYS[2]
local HOME = string.sub(BORN, 1, -5)
local QUOTAS, WALLETS, SPENT = HOME .. 'quotas', HOME .. 'wallets', HOME .. 'spent'
local HOLDS, LEASES, LAPSED = HOME .. 'holds', HOME .. 'leases', HOME .. 'lapsed'
local ENTRIES, TOTALS = HOME .. 'entries', HOME .. 'totals'
local UNIT, KEPT, AT_ONCE = 1000000000, 10000, 16
local ZERO = {0, 0}

if redis.call('GET', BORN) ~= ARGV[1] then
  return redis.error_reply('FORGOTTEN the state this mock began with is gone')
end

-- Everything lives on while it is used; to say so anew in each wish would cost more than granting it.
local function ageing(key, new)
  if ARGV[2] == '' then return false end
  local left = redis.call('TTL', key)
  return (new or left ~= -2) and left < 0.9 * ARGV[2]
end
-- Asked in each request, and so before all that these do without is made.
local grants = {}

function grants.find(id) return redis.call('HGET', OWN, id) end

function grants.note(name, keep, tallied, ...)
  local told = {...}
  for i = 1, tallied, 2 do
    redis.call('HINCRBY', TOTALS, 'tally/' .. name .. '/' .. told[i], told[i + 1])
  end
  redis.call('RPUSH', OWN, unpack(told, tallied + 1))
  redis.call('LTRIM', OWN, -tonumber(keep), -1)
  return redis.call('HINCRBY', TOTALS, 'log/' .. name, #told - tallied)
end

if grants[ARGV[3]] and not ageing(BORN) and not ageing(OWN, ARGV[3] == 'note') then
  return grants[ARGV[3]](unpack(ARGV, 4))
end

local function wide(text)
  if not text or text == '' then return ZERO end
  local high, low = string.match(text, '^(-?%d+):(%d+)$')
  return {tonumber(high), tonumber(low)}
end
local function text(a) return string.format('%.0f:%.0f', a[1], a[2]) end
local function of(number)
  local high = math.floor(number / UNIT)
  return {high, number - high * UNIT}
end
local function add(a, b)
  local high, low = a[1] + b[1], a[2] + b[2]
  if low >= UNIT then return {high + 1, low - UNIT} end
  return {high, low}
end
local function minus(a)
  if a[2] == 0 then return {0 - a[1], 0} end
  return {-1 - a[1], UNIT - a[2]}
end
local function less(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end
local function most(a, b) if less(a, b) then return b end return a end
local function read(hash, field) return wide(redis.call('HGET', hash, field)) end
local function change(hash, field, by)
  redis.call('HSET', hash, field, text(add(read(hash, field), by)))
end

local function balance(wallet)
  local paid = add(read(WALLETS, wallet .. '/opening'), read(WALLETS, wallet .. '/moved'))
  return add(paid, minus(read(WALLETS, wallet .. '/charged')))
end
local function available(wallet)
  return add(balance(wallet), minus(read(WALLETS, wallet .. '/held')))
end
local function purse(wallet)
  local told = {}
  for i, word in ipairs({'opening', 'moved', 'charged', 'held'}) do
    told[i] = text(read(WALLETS, wallet .. '/' .. word))
  end
  return told
end
local function open(wallet, opening) redis.call('HSETNX', WALLETS, wallet .. '/opening', opening) end
local function give_back(hold)
  if not hold.live then return end
  local amount = minus(wide(hold.amount))
  change(WALLETS, hold.wallet .. '/held', amount)
  change(SPENT, hold.account .. '/held', amount)
end
local function expire(now, microseconds)
  local due = redis.call('ZRANGEBYSCORE', LEASES, '-inf', microseconds, 'LIMIT', 0, AT_ONCE)
  for _, request in ipairs(due) do
    local hold = cjson.decode(redis.call('HGET', HOLDS, request))
    if less(now, wide(hold.lapses)) then return end
    give_back(hold)
    hold.live = false
    redis.call('HSET', HOLDS, request, cjson.encode(hold))
    redis.call('ZREM', LEASES, request)
    if redis.call('RPUSH', LAPSED, request) > KEPT then
      redis.call('HDEL', HOLDS, redis.call('LPOP', LAPSED))
    end
  end
end
local function used(account, today)
  local day, count = string.match(redis.call('HGET', QUOTAS, account .. '/day') or '', '(%d+):(%d+)')
  return day == today and tonumber(count) or 0
end
local function fits(full, now, span, room)
  local after = add(most(full, now), span)
  return not less(add(now, room), after), after
end

-- Ends a hold; returns nothing where there is none, else it and what its tokens' quota is left at.
local function ended(request, tokens, now)
  local kept = redis.call('HGET', HOLDS, request)
  if not kept then return nil, '' end
  local hold = cjson.decode(kept)
  give_back(hold)
  redis.call('HDEL', HOLDS, request)
  redis.call('ZREM', LEASES, request)
  if not hold.live then redis.call('LREM', LAPSED, 1, request) end
  if not hold.most then return hold, '' end
  local full, back = read(QUOTAS, hold.account .. '/tokens'), of((hold.most - tokens) * tonumber(hold.step))
  if tokens <= hold.most then
    local full_at = wide(hold.full_at)
    back = most(ZERO, add(full_at, minus(most(now, add(full_at, minus(back))))))
  end
  full = add(full, minus(back))
  redis.call('HSET', QUOTAS, hold.account .. '/tokens', text(full))
  return hold, text(full)
end

function grants.take(account, now, span, room, cost, daily, today)
  local full, count = read(QUOTAS, account .. '/requests'), 0
  if daily ~= '' then
    count = used(account, today)
    if count + tonumber(cost) > tonumber(daily) then return {2, text(full), count} end
  end
  local allowed, after = fits(full, wide(now), wide(span), wide(room))
  if room == '' or not allowed then return {0, text(full), count} end
  redis.call('HSET', QUOTAS, account .. '/requests', text(after))
  if daily ~= '' then
    count = count + tonumber(cost)
    redis.call('HSET', QUOTAS, account .. '/day', today .. ':' .. string.format('%d', count))
  end
  return {1, text(full), count}
end

function grants.hold(request, account, wallet, amount, opening, now, microseconds, lapses, score,
                     cap, quota, tokens, span, room)
  open(wallet, opening)
  expire(wide(now), microseconds)
  local full, after, allowed = read(QUOTAS, account .. '/tokens'), ZERO, true
  if quota ~= '' then
    allowed, after = fits(full, wide(now), wide(span), wide(room))
    if room == '' or not allowed then return {'tokens', text(full)} end
  end
  local sum = add(add(read(SPENT, account .. '/charged'), read(SPENT, account .. '/held')), wide(amount))
  if cap ~= '' and less(wide(cap), sum) then return {'cap', text(full)} end
  if less(available(wallet), wide(amount)) then return {'wallet', text(full)} end
  local hold = {account = account, wallet = wallet, amount = amount, lapses = lapses, live = true}
  if quota ~= '' then
    hold.limit, hold.period, hold.burst, hold.step = unpack(cjson.decode(quota))
    hold.most, hold.full_at = tonumber(tokens), text(after)
    redis.call('HSET', QUOTAS, account .. '/tokens', text(after))
  end
  redis.call('HSET', HOLDS, request, cjson.encode(hold))
  redis.call('ZADD', LEASES, score, request)
  change(WALLETS, wallet .. '/held', wide(amount))
  change(SPENT, account .. '/held', wide(amount))
  return {'', text(full)}
end

function grants.settle(request, now, prompt, completion, cost, ending, model, tag)
  local hold, full = ended(request, tonumber(prompt) + tonumber(completion), wide(now))
  if not hold then return {0} end
  change(WALLETS, hold.wallet .. '/charged', wide(cost))
  change(SPENT, hold.account .. '/charged', wide(cost))
  change(TOTALS, 'charged', wide(cost))
  redis.call('HINCRBY', TOTALS, 'settled', 1)
  redis.call('HINCRBY', TOTALS, 'prompt', prompt)
  redis.call('HINCRBY', TOTALS, 'completion', completion)
  redis.call('RPUSH', ENTRIES, cjson.encode({
    request, hold.account, ending, prompt, completion, cost, text(balance(hold.wallet)),
    hold.wallet, now, model, tag,
  }))
  redis.call('LTRIM', ENTRIES, -KEPT, -1)
  return {1, full, hold.limit or '', hold.period or '', hold.burst or ''}
end

function grants.release(request, now)
  local hold, full = ended(request, 0, wide(now))
  if not hold then return {0} end
  return {1, full, hold.limit or '', hold.period or '', hold.burst or ''}
end

function grants.pay(wallet, opening, now, microseconds, amount, exactly)
  open(wallet, opening)
  expire(wide(now), microseconds)
  local by = wide(amount)
  if exactly == '1' then by = add(by, minus(available(wallet))) end
  change(WALLETS, wallet .. '/moved', by)
  return purse(wallet)
end

function grants.inspect(wallet, opening, now, microseconds)
  open(wallet, opening)
  expire(wide(now), microseconds)
  return purse(wallet)
end

function grants.look(account, now, microseconds, today)
  expire(wide(now), microseconds)
  return {
    text(read(QUOTAS, account .. '/requests')), text(read(QUOTAS, account .. '/tokens')),
    used(account, today),
    text(read(SPENT, account .. '/charged')), text(read(SPENT, account .. '/held')),
  }
end

function grants.refill(account, requests, tokens)
  redis.call('HSET', QUOTAS, account .. '/requests', requests, account .. '/tokens', tokens)
  redis.call('HDEL', QUOTAS, account .. '/day')
  return 1
end

function grants.sum(now, microseconds)
  expire(wide(now), microseconds)
  local held, kept = {}, redis.call('HGETALL', WALLETS)
  for i = 1, #kept, 2 do
    if string.sub(kept[i], -5) == '/held' then held[#held + 1] = kept[i + 1] end
  end
  local function told(word) return redis.call('HGET', TOTALS, word) or '0' end
  local charged = redis.call('HGET', TOTALS, 'charged') or ''
  return {
    told('settled'), charged, held, told('prompt'), told('completion'), redis.call('ZCARD', LEASES),
  }
end

function grants.ledger()
  return {
    redis.call('HGET', TOTALS, 'charged') or '', redis.call('HGET', TOTALS, 'settled') or '0',
    redis.call('HGETALL', WALLETS), redis.call('LRANGE', ENTRIES, 0, -1),
  }
end

function grants.count(name, by) return redis.call('HINCRBY', TOTALS, 'count/' .. name, by) end

function grants.glance(...)
  local asked, told = {...}, {redis.call('HGET', TOTALS, 'epoch') or '0'}
  for i = 1, #asked, 2 do
    told[#told + 1] = redis.call('HGET', HOME .. 'records/' .. asked[i], asked[i + 1])
  end
  return told
end

function grants.keep(id, record, condition, was, watched)
  local kept = redis.call('HGET', OWN, id)
  local number, before = string.match(kept or '', '^(%d+):(.*)$')
  if condition == 'none' and kept or condition == 'is' and before ~= was then return 0 end
  if watched == '1' then redis.call('HINCRBY', TOTALS, 'epoch', 1) end
  if record == '' then
    redis.call('HDEL', OWN, id)
  else
    number = number or redis.call('HINCRBY', TOTALS, 'records', 1)
    redis.call('HSET', OWN, id, string.format('%d', number) .. ':' .. record)
  end
  return 1
end

function grants.listed() return redis.call('HGETALL', OWN) end

local function tallies(name)
  local found, before, kept = {}, 'tally/' .. name .. '/', redis.call('HGETALL', TOTALS)
  for i = 1, #kept, 2 do
    if string.sub(kept[i], 1, #before) == before then
      found[#found + 1] = string.sub(kept[i], #before + 1)
      found[#found + 1] = kept[i + 1]
    end
  end
  return found
end

function grants.tallied(name) return tallies(name) end

function grants.noted(name)
  return {redis.call('HGET', TOTALS, 'log/' .. name) or '0', redis.call('LRANGE', OWN, 0, -1)}
end

function grants.forget(name)
  redis.call('DEL', OWN)
  redis.call('HDEL', TOTALS, 'log/' .. name)
  for i, tally in ipairs(tallies(name)) do
    if i % 2 == 1 then redis.call('HDEL', TOTALS, 'tally/' .. name .. '/' .. tally) end
  end
  return 1
end

-- What a wish may bring into being, and so has to be told when to go; of the others it may be all.
local ALL = {BORN, OWN, QUOTAS, WALLETS, SPENT, HOLDS, LEASES, LAPSED, ENTRIES, TOTALS}
local MADE = {
  take = {QUOTAS}, hold = {QUOTAS, WALLETS, SPENT, HOLDS, LEASES, LAPSED},
  settle = {QUOTAS, WALLETS, SPENT, ENTRIES, TOTALS}, note = {OWN, TOTALS},
}
local answer = grants[ARGV[3]](unpack(ARGV, 4))
if ARGV[2] ~= '' then
  for _, key in ipairs(not ageing(BORN) and MADE[ARGV[3]] or ALL) do
    redis.call('EXPIRE', key, ARGV[2])
  end
end
return answer
