"""Accounts: their wallets and limits, for looking at and for changing. Knows no key's text."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from mock_server import registry
from mock_server.accounts import MOST_USD, caller_of, nano_usd, usd
from mock_server.control.page import Asked, Refused, page
from mock_server.keys import NANO_USD, AccountError, Caller
from mock_server.quota import SECOND, Allowance
from mock_server.state import Inspect, Look, Looked, Pay, Purse, Refill, Wish

LIMITS = (
    "requests_per_minute",
    "requests_burst",
    "requests_per_day",
    "tokens_per_minute",
    "tokens_burst",
    "cap",
)
"""Words of an account that can be changed while the mock runs."""


@page("GET", "accounts")
async def listed(asked: Asked) -> object:
    """Answer with every account: its wallet, what it spent and what it may still spend."""
    callers = await asked.grant(registry.everyone(asked.edge.gateway.keys))
    by_name = {caller.account: caller for caller in callers.values()}
    return {"accounts": [await asked.grant(_view(by_name[name])) for name in sorted(by_name)]}


@page("GET", "accounts/{account}")
async def one(asked: Asked) -> object:
    """Answer with one account."""
    return await asked.grant(_view(await _caller(asked)))


@page("POST", "accounts/{account}/wallet")
async def wallet(asked: Asked) -> object:
    """Change a wallet by `{"top_up": USD}`, `{"set": USD}` or `{"drain": true}`.

    What is set, or left by draining, is what may still be held; calls in flight keep their holds.
    """
    caller = await _caller(asked)
    if caller.wallet:
        raise Refused(
            f"{caller.account!r} spends from the wallet of {caller.wallet!r}; change that one"
        )
    amount, exactly = _change(asked.document())
    purse: Purse = await asked.grant(_wish(Inspect(caller.account, caller.balance)))
    if purse.balance + amount > MOST_USD * NANO_USD:
        raise Refused(f"a wallet holds at most {MOST_USD} USD")
    await asked.grant(_wish(Pay(caller.account, caller.balance, amount, exactly)))
    return await asked.grant(_view(caller))


@page("POST", "accounts/{account}/limits")
async def limits(asked: Asked) -> object:
    """Change limits, in the words of an account, null for none; all are full again afterwards.

    `{"used_up": true}` leaves nothing of the minute instead, of requests and of tokens.
    """
    caller = await _caller(asked)
    document = asked.document()
    used_up = document.pop("used_up", False)
    if not isinstance(used_up, bool):
        raise Refused("'used_up' must be true or false")
    for word in document:
        if word not in LIMITS:
            raise Refused(f"{word!r} is no limit; there are: {', '.join(LIMITS)}, used_up")
    try:
        caller_of(document, caller)  # before anything is changed
        after = await asked.grant(
            registry.change(
                asked.edge.gateway.keys, caller.account, lambda one: caller_of(document, one)
            )
        )
    except AccountError as error:
        raise Refused(str(error)) from None
    changed: Caller = after[0]
    now = asked.now if used_up else 0
    requests = now and now + changed.quota.room * changed.quota.step
    tokens = now and now + (changed.tokens.room * changed.tokens.step if changed.tokens else 0)
    await asked.grant(_wish(Refill(changed.account, requests, tokens)))
    return await asked.grant(_view(changed))


def _change(document: Mapping[str, Any]) -> tuple[int, bool]:
    match dict(document):
        case {"top_up": amount, **rest} if not rest:
            word, exactly = "top_up", False
        case {"set": amount, **rest} if not rest:
            word, exactly = "set", True
        case {"drain": True, **rest} if not rest:
            return 0, True
        case _:
            raise Refused('the body must be {"top_up": USD}, {"set": USD} or {"drain": true}')
    try:
        return nano_usd(word, amount), exactly
    except AccountError as error:
        raise Refused(str(error)) from None


async def _caller(asked: Asked) -> Caller:
    name = asked.arguments["account"]
    callers = await asked.grant(registry.everyone(asked.edge.gateway.keys))
    for caller in callers.values():
        if caller.account == name:
            found: Caller = caller
            return found
    raise Refused(f"there is no account {name[:64]!r}; GET accounts lists them", 404)


def _wish(wish: Wish) -> Generator[Wish, Any, Any]:
    return (yield wish)


def _view(caller: Caller) -> Generator[Wish, Any, dict[str, Any]]:
    purse: Purse = yield Inspect(caller.payer, caller.balance)
    looked: Looked = yield Look(caller.account, caller.quota, caller.tokens, caller.daily)
    requests: dict[str, Any] = _left(looked.requests, caller.quota.room)
    if caller.exhausted:
        requests |= {"remaining": 0}
    return {
        "account": caller.account,
        "wallet": {
            "account": caller.payer,
            "opening": purse.opening,
            "paid_in": purse.moved,
            "charged": purse.charged,
            "held": purse.held,
            "balance": purse.balance,
            "available": purse.available,
            "usd": usd(purse.available),
        },
        "spent": {"charged": looked.charged, "held": looked.held, "cap": caller.cap},
        "requests": requests,
        "tokens": looked.tokens and caller.tokens and _left(looked.tokens, caller.tokens.room),
        "day": None if caller.daily is None else {"limit": caller.daily, "used": looked.today},
    }


def _left(allowance: Allowance, room: int) -> dict[str, Any]:
    return {
        "limit": allowance.limit,
        "burst": room,
        "remaining": allowance.remaining,
        "reset_seconds": allowance.reset / SECOND,
    }
