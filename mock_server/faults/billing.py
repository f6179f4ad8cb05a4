"""Lies about money."""

from __future__ import annotations

from dataclasses import replace

from mock_server.call import Call
from mock_server.faults import Steps, fault, headers, without
from mock_server.message import Reply
from mock_server.state import Settle


@fault("billing.cost-header", at="reply")
def rounds_up(reply: Reply, call: Call) -> Reply:
    """Name ten times the cost."""
    del call
    cost = reply.headers.get("x-cost-cents")
    return headers(reply, {"x-cost-cents": f"{float(cost) * 10:.6f}"}) if cost else reply


@fault("billing.empty-wallet-refused", at="admission")
def gives_credit(steps: Steps) -> Steps:
    """Answer whoever has no credit."""
    return without(steps, "wallet")


@fault("billing.delivered-only", at="charge")
def charges_for_the_rest(settle: Settle, call: Call) -> Settle:
    """Charge an interrupted stream as if all of it had been delivered."""
    assert call.prompt is not None
    return replace(settle, completion_tokens=call.prompt.cap, cost=settle.cost * 10)
