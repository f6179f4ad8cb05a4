"""Paying: a price that is known before the work, held and then charged. Computes no price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_server.admission import TAG, failed, saturated
from mock_server.call import Call
from mock_server.entitlement import unpaid
from mock_server.keys import Upstream
from mock_server.ledger import Ending
from mock_server.quota import SECOND
from mock_server.state import Held, Hold, Settle, Wishes

if TYPE_CHECKING:
    from mock_server.gateway import Gateway


def reachable(call: Call) -> None:
    """Raise Problem (500, 503) for an account whose provider fails or has no room."""
    if call.caller is not None and call.caller.upstream is Upstream.DOWN:
        raise failed()
    if call.caller is not None and call.caller.upstream is Upstream.SATURATED:
        raise saturated(1)


def paid(gateway: Gateway, call: Call, tokens: int, cost: int) -> Wishes:
    """Charge a call; raises Problem (402, 429) where wallet, cap or tokens do not cover it."""
    yield from held(gateway, call, call.id, tokens, cost)
    yield settlement(call, call.id, tokens, cost)


def held(gateway: Gateway, call: Call, name: str, tokens: int, cost: int) -> Wishes:
    """Set a price aside under a name; raises Problem where it is not covered."""
    caller = call.caller
    assert caller is not None
    answer: Held = yield Hold(
        name,
        caller.account,
        cost,
        caller.balance,
        gateway.settings.lease * SECOND,
        caller.wallet,
        caller.cap,
        caller.tokens if tokens else None,
        tokens,
    )
    call.tokens = answer.tokens
    if answer.refusal is not None:
        raise unpaid(answer, tokens)


def settlement(call: Call, name: str, tokens: int, cost: int, completion: int = 0) -> Settle:
    """Return the wish that charges what was held under a name; the call notes what it cost."""
    caller = call.caller
    assert caller is not None
    call.cost = (call.cost or 0) + cost
    tag = call.incoming.header(TAG) or caller.tag
    return Settle(
        name, caller.account, Ending.COMPLETE, tokens, completion, cost, call.selector, tag
    )
