"""The steps of admission that look at who is asking: what their key, limits and wallet allow.

Knows nothing of their order, which is `gateway.ADMISSION`'s alone, nor who grants their wishes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mock_server import registry
from mock_server.call import Call
from mock_server.keys import credentials
from mock_server.ledger import Refusal
from mock_server.problem import Problem
from mock_server.quota import SECOND, Allowance
from mock_server.state import Held, Hold, Take, Wishes

if TYPE_CHECKING:
    from mock_server.gateway import Gateway


def key(gateway: Gateway, call: Call) -> Wishes | None:
    """401 without a good key, where the operation asks for one."""
    if not gateway.protected(call):
        return None
    door = gateway.surface.doors[call.operation.id] if call.beside and call.operation else None
    door = door or gateway.door
    if door is not None:
        given = door.key(call.incoming)
        if given is None:
            return None
    else:
        sent = call.incoming.header("authorization")
        given = credentials(sent) if sent else None
        if not given:
            raise Problem(
                "missing_api_key",
                "No API key came with the request. Send it as 'Authorization: Bearer sk-aig-...'.",
                headers={"www-authenticate": "Bearer"},
            )
    if gateway.keys.changed:
        return _looked_up(gateway, call, given)
    call.caller = gateway.keys.caller(given)
    if call.caller is None:
        raise _invalid()
    return None


def _looked_up(gateway: Gateway, call: Call, given: str) -> Wishes:
    call.caller = yield from registry.caller(gateway.keys, given)
    if call.caller is None:
        raise _invalid()


def _invalid() -> Problem:
    return Problem(
        "invalid_api_key",
        "The API key is not valid. It may have been mistyped or revoked; check it and send "
        "another.",
        headers={"www-authenticate": 'Bearer error="invalid_token"'},
    )


def quota(gateway: Gateway, call: Call) -> Wishes:
    """429 for a key that has no requests left."""
    caller = call.caller
    if caller is None:
        return
    limit = caller.quota.limit
    if caller.exhausted:
        full_at = call.incoming.now + caller.quota.period
        allowance = Allowance(False, limit, 0, full_at, caller.quota.period, SECOND)
    else:
        allowance = yield Take(caller.account, caller.quota, 1, caller.daily)
    allowance = call.behaviour.allowance(allowance, call)
    call.allowance = allowance
    if not allowance.allowed:
        words = (
            f"{caller.daily} requests a day" if allowance.daily else f"{limit} requests a minute"
        )
        raise Problem(
            "daily_quota_exceeded" if allowance.daily else "rate_limit_exceeded",
            f"This key may make {words} and has used them up. "
            f"Come back in {_wait(allowance)} seconds.",
            headers={"cache-control": "no-store"},
        )


def scope(gateway: Gateway, call: Call) -> None:
    """403 for what the key may not do, or a model it may not use."""
    if call.caller is None or call.operation is None:
        return
    word = call.operation.path.split("/")[1]
    if not call.caller.may(word, reading=call.operation.method == "GET"):
        raise Problem(
            "scope_exceeded",
            f"This key has not the scope '{word}', which {call.operation.method} "
            f"{call.operation.path} asks for. Use another key.",
        )
    if not gateway.takes_body(call) or call.caller.models is None:
        return
    separator = gateway.settings.model.adapter_separator
    selector = call.base if call.adapter is None else f"{call.base}{separator}{call.adapter}"
    if selector not in call.caller.models:
        raise Problem(
            "scope_exceeded",
            f"This key may not use '{selector}'. Use another key, or a model this one is for.",
            "model",
        )


def tokens(gateway: Gateway, call: Call) -> None:
    """400 for a prompt longer than the tokens a key may use at once, which also cap the answer."""
    del gateway
    if call.prompt is None or call.caller is None or call.caller.tokens is None:
        return
    prompt, most = call.prompt, call.caller.tokens.room
    cap = (most - prompt.tokens) // prompt.n
    if cap < 1:
        raise Problem(
            "invalid_value",
            f"This key may use {most} tokens at once, and your messages resulted in "
            f"{prompt.tokens} tokens, which leaves nothing for an answer. Shorten the messages, or "
            "use another key.",
            "messages",
        )
    if cap < prompt.cap:
        call.prompt = replace(prompt, cap=cap)
        call.parts = tuple(replace(part, cap=min(part.cap, cap)) for part in call.parts)


def wallet(gateway: Gateway, call: Call) -> Wishes:
    """429 for a key without tokens left, 402 for a wallet that cannot cover this call's most."""
    if call.prompt is None or call.caller is None:
        return
    prompt, caller, settings = call.prompt, call.caller, gateway.settings
    call.byok = bool(call.incoming.header(gateway.byok))
    completion = prompt.cap * prompt.n
    held: Held = yield Hold(
        call.completion,
        caller.account,
        0 if call.byok else settings.model.cost(prompt.tokens, completion),
        caller.balance,
        settings.lease * SECOND,
        caller.wallet,
        caller.cap,
        caller.tokens,
        prompt.tokens + completion,
    )
    call.tokens = held.tokens
    call.held = held.refusal is None
    if held.refusal is not None:
        raise unpaid(held, prompt.tokens + completion)


def unpaid(held: Held, tokens: int) -> Problem:
    """Return what a client is told whose hold of money and tokens was refused."""
    if held.refusal is Refusal.TOKENS:
        assert held.tokens is not None
        return Problem(
            "rate_limit_exceeded",
            f"This key may use {held.tokens.limit} tokens a minute and has {held.tokens.remaining} "
            f"left; this call may use {tokens}. Come back in {_wait(held.tokens)} seconds, or ask "
            "for fewer with 'max_tokens'.",
            headers={"cache-control": "no-store"},
        )
    if held.refusal is Refusal.CAP:
        return Problem(
            "budget_exceeded",
            "The spending cap of this account does not cover this call. Raise it, or ask for fewer "
            "tokens; nothing was charged.",
        )
    return Problem(
        "insufficient_credits",
        "The wallet does not cover this call. Top it up, or ask for fewer tokens; nothing was "
        "charged.",
    )


def _wait(allowance: Allowance) -> int:
    return max(1, -(-allowance.wait // SECOND))
