"""Shared: one budget and one run of numbers for the workers of a campaign, in Redis.

`--database redis://HOST/0?campaign=NAME` names the campaign; its workers may be on any machine, and
together they never exceed the caps, nor make a case twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from conformance.budget import Governor, Spent
from conformance.fuzz.corpus import connect
from conformance.target import Budget

KEPT_SECONDS = 24 * 3600
"""How long a campaign is remembered after its last request."""
AT_ONCE = 20
"""Numbers that a worker takes at a time; a whole round of cases and their twin."""

_RESERVE = """
local names = {'requests', 'tokens', 'nano_usd'}
for i, name in ipairs(names) do
  local spent = tonumber(redis.call('HGET', KEYS[1], name) or '0')
  if spent + tonumber(ARGV[i]) > tonumber(ARGV[i + 3]) then return name end
end
for i, name in ipairs(names) do redis.call('HINCRBY', KEYS[1], name, ARGV[i]) end
redis.call('EXPIRE', KEYS[1], ARGV[7])
return ''
"""


@dataclass(frozen=True, slots=True)
class Campaigning:
    """A campaign by name, and the Redis that knows it."""

    server: Any
    name: str

    def governor(self, budget: Budget, prices: tuple[int, int]) -> Governor:
        """Return a governor whose caps are those of all workers together."""
        return SharedGovernor(budget, prices, server=self.server, key=self._key("spent"))

    def numbers(self, cases: int) -> Iterator[int]:
        """Yield numbers of cases that no other worker gets."""
        key = self._key("next")
        while True:
            end = int(self.server.incrby(key, AT_ONCE))
            self.server.expire(key, KEPT_SECONDS)
            yield from range(end - AT_ONCE, min(end, cases))
            if end >= cases:
                return

    def _key(self, what: str) -> str:
        return f"gonogo:campaign:{self.name}:{what}"


def campaigning(database: str) -> Campaigning | None:
    """Return the campaign that a `--database` names, or None; UsageError if Redis is silent."""
    name = dict(parse_qsl(urlsplit(database).query)).get("campaign")
    return Campaigning(connect(without_campaign(database)), name) if name else None


def without_campaign(database: str) -> str:
    """Return a `--database` without the name of a campaign, as the library takes it."""
    parts = urlsplit(database)
    if not parts.query:
        return database
    rest = [pair for pair in parse_qsl(parts.query) if pair[0] != "campaign"]
    return urlunsplit(parts._replace(query=urlencode(rest)))


@dataclass(slots=True)
class SharedGovernor(Governor):
    """A governor that asks the others' too."""

    server: Any = None
    key: str = ""

    def reserve(self, ceiling: int, elapsed: float) -> bool:
        """Reserve one request of at most `ceiling` tokens from all workers' budget, or refuse."""
        if not Governor.reserve(self, ceiling, elapsed):
            return False
        cost, budget = ceiling * max(self.prices), self.budget
        caps = (budget.requests, budget.tokens, round(budget.usd * 1e9))
        reached = self.server.eval(_RESERVE, 1, self.key, 1, ceiling, cost, *caps, KEPT_SECONDS)
        if not reached:
            return True
        self.reserved.requests -= 1
        self.reserved.tokens -= ceiling
        self.reserved.nano_usd -= cost
        self.refused = self.refused or f"{reached.decode()} of the campaign"
        return False

    def settle(self, ceiling: int, prompt: int | None, completion: int | None) -> None:
        """Replace a reservation by the truth, for all workers."""
        before = Spent(self.spent.requests, self.spent.tokens, self.spent.nano_usd)
        Governor.settle(self, ceiling, prompt, completion)
        tokens = self.spent.tokens - before.tokens - ceiling
        money = self.spent.nano_usd - before.nano_usd - ceiling * max(self.prices)
        if tokens or money:
            self.server.hincrby(self.key, "tokens", tokens)
            self.server.hincrby(self.key, "nano_usd", money)
