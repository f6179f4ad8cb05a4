"""Planning: what a run would send and cost, before anything is sent. Judges nothing.

What a conversation sends depends on what it is answered; so it is held with the bundled mock, which
costs nothing. A real gateway that can do less is sent less; one that is noisy is asked again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance.bundled import KEYS
from conformance.catalogue import Conversation, catalogue
from conformance.fuzz.campaign import ceilings
from conformance.session import CONTRACT_PRICES, Options, bundled_target, hold
from conformance.target import Budget, Target
from openapi import contract

EVERY_RUN = "every run"
"""Where the conversations are counted that no single chapter asks for."""


@dataclass(slots=True)
class Share:
    """What one chapter sends, in the order of the contract."""

    conversations: int = 0
    requests: int = 0
    tokens: int = 0
    """At most, prompts and completions together."""
    usd: float = 0.0
    """At most."""


@dataclass(slots=True)
class Plan:
    """What a run sends, by chapter, and whether it stays within the budget."""

    budget: Budget
    shares: dict[str, Share] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    """How often each method and path is sent."""
    per_minute: int | None = None
    """Requests that the target takes in a minute, as it says of itself."""
    usual: int = 0
    """Tokens that the bundled mock took for all of it."""

    @property
    def total(self) -> Share:
        """All chapters together."""
        rows = self.shares.values()
        return Share(
            sum(each.conversations for each in rows),
            sum(each.requests for each in rows),
            sum(each.tokens for each in rows),
            sum(each.usd for each in rows),
        )

    @property
    def beyond(self) -> Sequence[str]:
        """The caps that it may reach."""
        total, budget = self.total, self.budget
        rows = (
            ("requests", total.requests, budget.requests),
            ("tokens", total.tokens, budget.tokens),
            ("USD", total.usd, budget.usd),
        )
        return [f"{name}: up to {need:g} of {cap:g}" for name, need, cap in rows if need > cap]


def plan(target: Target, options: Options) -> Plan:
    """Return the plan of a run with a target; nothing is sent to it.

    Raises UsageError when the bundled mock cannot be started.
    """
    price = max(target.claims.prices or CONTRACT_PRICES)
    with bundled_target() as (mock, _):
        claims = replace(target.claims, requests_per_minute=None)
        stand_in = replace(mock, scope=target.scope, claims=claims)
        # The mock wants a key even where the target does not.
        keys = {role: KEYS[role] for role in {"valid", *target.keys} if role in KEYS}
        run = asyncio.run(hold(stand_in, keys, replace(options, evidence=None, fuzz=0)))
    per_minute = target.claims.requests_per_minute
    made = Plan(target.budget, per_minute=per_minute, usual=int(run.header.spent["tokens"]))
    chapters = _chapters()
    seen: set[str] = set()
    for exchange in run.exchanges.values():
        request = exchange.request
        share = made.shares.setdefault(chapters.get(exchange.probe, EVERY_RUN), Share())
        share.conversations += exchange.probe not in seen
        seen.add(exchange.probe)
        share.requests += 1
        share.tokens += request.ceiling
        share.usd += request.ceiling * price / 1e9
        made.sent[f"{request.method} {request.path.partition('?')[0]}"] += 1
    if options.fuzz:
        most = ceilings(run.held.setting, options.fuzz)
        made.shares["fuzz"] = Share(1, len(most), sum(most), sum(most) * price / 1e9)
        made.sent["POST /chat/completions"] += len(most)
    return made


def _chapters() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for entry in catalogue(contract()):
        if isinstance(entry.judge, Conversation):
            for probe in entry.judge.on:
                found.setdefault(probe.name, entry.requirement.chapter)
    return found
