-- What is sold at once: taken, held and settled in one go, many in one call. The same sums as redis.lua,
-- for accounts with no limit but that of requests, which pay from their own wallets.
--
-- Amounts and times are pairs of Lua numbers in base 10^9, as there; those of a sale come packed as
-- doubles. Each account is read once and written once, however many of its requests come together.
local BORN = KEYS[1]
local born, lasts, act, mark, number = unpack(ARGV)
local FIRST, ARGUMENTS = 6, 4
local HOME = string.sub(BORN, 1, -5)
local QUOTAS, WALLETS, SPENT = HOME .. 'quotas', HOME .. 'wallets', HOME .. 'spent'
local HOLDS, LEASES = HOME .. 'holds', HOME .. 'leases'
local ENTRIES, TOTALS, SOLD = HOME .. 'entries', HOME .. 'totals', HOME .. 'sold/' .. mark
local UNIT, KEPT, REMEMBERED = 1000000000, 10000, 604800
local call, format, sub, find = redis.call, string.format, string.sub, string.find

local known = call('MGET', BORN, SOLD)
if known[1] ~= born then
  return redis.error_reply('FORGOTTEN the state this mock began with is gone')
end
local last, verdicts = string.match(known[2] or '-1:', '^(-?%d+):(%d*)$')
last, number = tonumber(last), tonumber(number)
if act == 'sell' and number <= last then
  return redis.error_reply('LATE it was given up before it came')
end

local function wide(text)
  if not text or text == '' then return 0, 0 end
  local at = find(text, ':', 1, true)
  return tonumber(sub(text, 1, at - 1)), tonumber(sub(text, at + 1))
end
local function text(high, low) return format('%.0f:%.0f', high, low) end
local function plus(ah, al, bh, bl)
  local high, low = ah + bh, al + bl
  if low >= UNIT then return high + 1, low - UNIT end
  return high, low
end
local function minus(ah, al, bh, bl)
  local high, low = ah - bh, al - bl
  if low < 0 then return high - 1, low + UNIT end
  return high, low
end
local function less(ah, al, bh, bl) return ah < bh or (ah == bh and al < bl) end

local accounts, names, fresh = {}, {}, false
local function account(name, oh, ol)
  local one = accounts[name]
  if one then return one end
  local full = call('HGET', QUOTAS, name .. '/requests')
  local purse = call('HMGET', WALLETS,
    name .. '/opening', name .. '/moved', name .. '/charged', name .. '/held')
  local spent = call('HGET', SPENT, name .. '/charged')
  one = {opened = purse[1], told = full or '', ch = 0, cl = 0, hh = 0, hl = 0}
  one.fh, one.fl = wide(full)
  if purse[1] then oh, ol = wide(purse[1]) end
  one.oh, one.ol = oh, ol
  local mh, ml = wide(purse[2])
  one.bh, one.bl = plus(oh, ol, mh, ml)  -- What is in the wallet, and of that is not on hold.
  one.wh, one.wl = wide(purse[3])
  one.bh, one.bl = minus(one.bh, one.bl, one.wh, one.wl)
  one.held = purse[4]
  one.ah, one.al = minus(one.bh, one.bl, wide(purse[4]))
  one.sh, one.sl = wide(spent)
  fresh = fresh or not (full and purse[1] and spent)
  accounts[name], names[#names + 1] = one, name
  return one
end

-- Charges accounts what was added up for each, and the books; `sign` is -1 to give it back.
local function charge(sign, settled, prompt, completion)
  local told = call('HMGET', TOTALS, 'charged', 'settled', 'prompt', 'completion')
  local th, tl = wide(told[1])
  local move = sign > 0 and plus or minus
  for _, name in ipairs(names) do
    local one = accounts[name]
    if one.charged then
      call('HSET', WALLETS, name .. '/charged', text(move(one.wh, one.wl, one.ch, one.cl)))
      call('HSET', SPENT, name .. '/charged', text(move(one.sh, one.sl, one.ch, one.cl)))
      th, tl = move(th, tl, one.ch, one.cl)
    end
  end
  fresh = fresh or not told[1]
  call('HSET', TOTALS, 'charged', text(th, tl), 'settled', (told[2] or 0) + sign * settled,
    'prompt', (told[3] or 0) + sign * prompt, 'completion', (told[4] or 0) + sign * completion)
end

local acts = {}

-- Each is sold where nothing that it was checked by has changed, and quota and wallet reach.
function acts.sell()
  local epoch = call('HGET', TOTALS, 'epoch') or '0'
  local lines, sold, now, holds = {}, {}, tonumber(epoch), false
  local settled, prompts, completions = 0, 0, 0
  for place = FIRST, #ARGV, ARGUMENTS do
    local name, head, tail = ARGV[place], ARGV[place + 1], ARGV[place + 2]
    local seen, nh, nl, sh, sl, rh, rl, mh, ml, oh, ol, ch, cl, prompt, completion =
      struct.unpack('<ddddddddddddddd', ARGV[place + 3])
    local verdict = '0'
    if seen == now then
      local one = account(name, oh, ol)
      local fh, fl = one.fh, one.fl
      if less(fh, fl, nh, nl) then fh, fl = nh, nl end
      fh, fl = plus(fh, fl, sh, sl)
      rh, rl = plus(nh, nl, rh, rl)
      if not less(rh, rl, fh, fl) and not less(one.ah, one.al, mh, ml) then
        verdict, one.fh, one.fl, one.sold = '1', fh, fl, true
        if prompt >= 0 then
          one.charged, one.ch, one.cl = true, plus(one.ch, one.cl, ch, cl)
          one.bh, one.bl = minus(one.bh, one.bl, ch, cl)
          one.ah, one.al = minus(one.ah, one.al, ch, cl)
          settled, prompts, completions = settled + 1, prompts + prompt, completions + completion
          lines[settled] = head .. text(one.bh, one.bl) .. tail
        else
          one.reserved, one.hh, one.hl = true, plus(one.hh, one.hl, mh, ml)
          one.ah, one.al = minus(one.ah, one.al, mh, ml)
          call('HSET', HOLDS, head, tail)
          call('ZADD', LEASES, completion, head)
          holds = true
        end
      end
    end
    sold[#sold + 1] = verdict
  end
  local answer = {epoch, table.concat(sold)}
  for place, name in ipairs(names) do
    local one = accounts[name]
    answer[place + 2] = one.told
    if one.sold then
      call('HSET', QUOTAS, name .. '/requests', text(one.fh, one.fl))
      if not one.opened then call('HSET', WALLETS, name .. '/opening', text(one.oh, one.ol)) end
    end
    if one.reserved then
      local hh, hl = wide(one.held)
      call('HSET', WALLETS, name .. '/held', text(plus(hh, hl, one.hh, one.hl)))
      hh, hl = wide(call('HGET', SPENT, name .. '/held'))
      call('HSET', SPENT, name .. '/held', text(plus(hh, hl, one.hh, one.hl)))
    end
  end
  if settled > 0 then
    charge(1, settled, prompts, completions)
    local length = call('RPUSH', ENTRIES, unpack(lines))
    fresh = fresh or length == settled
    if length > KEPT then call('LTRIM', ENTRIES, -KEPT, -1) end
  end
  fresh = fresh or holds
  call('SET', SOLD, format('%.0f:', number) .. answer[2], 'EX', REMEMBERED)
  return table.concat(answer, ' ')
end

-- Nobody was given what was sold with that number: it is given back, and will not be sold later.
function acts.undo()
  if number == last then
    local heads, settled, prompts, completions = {}, 0, 0, 0
    for place = FIRST, #ARGV, ARGUMENTS do
      local at = (place - FIRST) / ARGUMENTS + 1
      local told = {struct.unpack('<ddddddddddddddd', ARGV[place + 3])}
      if sub(verdicts, at, at) == '1' and told[14] >= 0 then
        local one = account(ARGV[place], 0, 0)
        one.charged, one.ch, one.cl = true, plus(one.ch, one.cl, told[12], told[13])
        settled, prompts, completions = settled + 1, prompts + told[14], completions + told[15]
        heads[settled] = ARGV[place + 1]
      end
    end
    if settled > 0 then
      charge(-1, settled, prompts, completions)
      for _, line in ipairs(call('LRANGE', ENTRIES, 0, -1)) do
        for _, head in ipairs(heads) do
          if sub(line, 1, #head) == head then call('LREM', ENTRIES, 1, line) end
        end
      end
    end
  end
  if number >= last then call('SET', SOLD, format('%.0f:', number), 'EX', REMEMBERED) end
  return ''
end

local answer = acts[act]()
if lasts ~= '' and (fresh or call('TTL', BORN) < 0.9 * lasts) then
  for _, name in ipairs({'born', 'quotas', 'wallets', 'spent', 'holds', 'leases', 'lapsed', 'entries',
      'totals', 'records/key', 'records/script'}) do
    call('EXPIRE', HOME .. name, lasts)
  end
end
return answer
