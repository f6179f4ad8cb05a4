"""Lies about money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import Chunks, Steps, fault, headers, instead, named, without
from mock_server.gateway import Gateway
from mock_server.message import Reply

Json = dict[str, Any]
HEADER = "x-cost-cents"


def _recosted(change: Callable[[str], str | None], words: str) -> Callable[[Reply, Call], Reply]:
    def reply(reply: Reply, call: Call) -> Reply:
        del call
        cost = reply.headers.get(HEADER)
        return headers(reply, {HEADER: change(cost)}) if cost else reply

    reply.__doc__ = words
    return reply


fault("billing.cost-header", at="reply")(_recosted(lambda cost: None, "Name no cost."))
fault("billing.cost-grammar", at="reply")(
    _recosted(lambda cost: f"{float(cost):.3e}", "Write costs with an exponent.")
)
fault("billing.cost-exact", at="reply")(
    _recosted(lambda cost: f"{float(cost) * 1.05:.6f}", "Add five per cent to each call.")
)
fault("billing.cost-exact/rounded", at="reply")(
    _recosted(lambda cost: f"{float(cost):.2f}", "Round costs to a hundredth of a cent.")
)


@fault("billing.cost-stream", at="chunks")
async def streams_name_no_cost(chunks: Chunks, call: Call) -> Chunks:
    """Leave the cost out of the usage chunk."""
    del call
    async for chunk in chunks:
        if chunk.get("usage"):
            chunk["usage"].pop("cost", None)
        yield chunk


@fault("billing.cost-stream-exact", at="chunks")
async def streams_cost_in_cents(chunks: Chunks, call: Call) -> Chunks:
    """Name the cost of a stream in cents, as if they were dollars."""
    del call
    async for chunk in chunks:
        if chunk.get("usage"):
            chunk["usage"]["cost"] *= 100
        yield chunk


@fault("billing.refusals-free", at="reply")
def charges_for_no(reply: Reply, call: Call) -> Reply:
    """Charge for refusals."""
    del call
    return headers(reply, {HEADER: "0.000384"}) if reply.status >= 400 else reply


@fault("billing.no-credit-refused", at="admission")
def gives_credit(steps: Steps) -> Steps:
    """Answer whoever has no credit."""
    return without(steps, "wallet")


@fault("billing.no-credit-stable", at="admission")
def lets_some_through(steps: Steps) -> Steps:
    """Answer every third request of an empty wallet."""

    refused = 0

    def wallet(gateway: Gateway, call: Call) -> Any:
        nonlocal refused
        refused += call.caller is not None and call.caller.balance == 0
        return iter(()) if refused % 3 == 0 else original(gateway, call)

    original = named(steps, "wallet")
    return instead(steps, "wallet", wallet)


@fault("billing.no-credit-402", at="reply")
def says_slow_down(reply: Reply, call: Call) -> Reply:
    """Refuse an empty wallet with 403."""
    del call
    return replace(reply, status=403) if reply.status == 402 else reply


def _unpaid(change: Callable[[Json], None], words: str) -> Callable[[Json, Call], Json]:
    def document(document: Json, call: Call) -> Json:
        if call.code in ("insufficient_credits", "budget_exceeded") and "error" in document:
            change(document["error"])
        return document

    document.__doc__ = words
    return document


fault("billing.no-credit-type", at="document")(
    _unpaid(lambda error: error.update(type="payment_error"), "Call it a payment_error.")
)
fault("billing.no-credit-code", at="document")(
    _unpaid(lambda error: error.update(code="payment_required"), "Give the code payment_required.")
)


@fault("billing.no-credit-stream", at="reply")
def streams_an_empty_answer(reply: Reply, call: Call) -> Reply:
    """Answer a stream of an empty wallet with 200 and nothing but the end."""
    if reply.status != 402 or call.body.get("stream") is not True:
        return reply
    labelled = headers(reply, {"content-type": "text/event-stream", "content-length": None})
    return replace(labelled, status=200, body=b"data: [DONE]\n\n")


@fault("billing.no-credit-catalogue", at="reply")
def hides_the_catalogue(reply: Reply, call: Call) -> Reply:
    """Refuse the list of models to an empty wallet."""
    if call.caller and "no-credit" in repr(call.caller) and call.incoming.method == "GET":
        return replace(reply, status=402)
    return reply
