"""Replays: a past request of the account asked again, of another model, and both side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mock_server.account.asking import likeness, selected
from mock_server.account.errands import Generate, Now, Recall
from mock_server.account.evals import COMPARED
from mock_server.account.owned import Shelf, cents, listing, missing, told
from mock_server.account.paying import held, reachable, settlement
from mock_server.call import Call
from mock_server.completion import Completion
from mock_server.past import Asked
from mock_server.state import Release
from mock_server.surface import Answering, Handler
from openapi import AccountFacts

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

KIND = "replay"
MILLI = 1_000_000


def answers(facts: AccountFacts) -> Mapping[str, Handler]:
    """Return who answers what."""
    del facts
    return {"createReplay": _create, "listReplays": _list, "getReplay": _get}


def _create(gateway: Gateway, call: Call) -> Answering:
    body, facts, name = call.body, gateway.settings.model, gateway.new_id("replay")
    assert call.caller is not None
    source: Asked | None = yield Recall(body["source_request_id"], call.caller.account)
    if source is None:
        raise missing("past request", body["source_request_id"], "source_request_id")
    model, before = body["target_model"], source.prompt
    base, adapter = selected(gateway, call, model, "target_model")
    after = replace(before, model=model, base=base, adapter=adapter)
    most = facts.cost(after.tokens, after.cap * after.n)
    reachable(call)
    yield from held(gateway, call, name, after.tokens + after.cap * after.n, most)
    begun = yield Now()
    target = yield Generate(gateway.engine, after)
    ended = yield Now()
    # What the source said is said again by the same engine from the same prompt.
    told_before = yield Generate(gateway.engine, before)
    for answer in (target, told_before):
        if not isinstance(answer, Completion):
            yield Release(name, call.caller.account)
            raise answer
    usage, spent = target.usage, facts.cost(target.usage.prompt, target.usage.completion)
    yield settlement(call, name, usage.prompt, spent, usage.completion)
    one, other = told_before.choices[0].text, target.choices[0].text
    shadow = bool(body.get("shadow"))
    earlier = told_before.usage
    record = {
        "id": name,
        "object": "replay",
        "source_request_id": body["source_request_id"],
        "source_model": before.model,
        "target_model": model,
        "shadow": shadow,
        "cost_source_cents": cents(facts.cost(earlier.prompt, earlier.completion)),
        "cost_target_cents": cents(spent),
        "latency_source_ms": source.nanoseconds // MILLI,
        "latency_target_ms": (ended - begun) // MILLI,
        "score_delta": likeness(one[:COMPARED], other[:COMPARED]),
        "source_output": None if shadow else one,
        "target_output": None if shadow else other,
        "diff": {"same": one == other},
        "created_at": call.created,
    }
    yield from Shelf(KIND, call).roll(name, record)
    return told(record, 201)


def _list(gateway: Gateway, call: Call) -> Answering:
    del gateway
    records = yield from Shelf(KIND, call).every()
    return told(listing(records[::-1][: call.arguments.get("limit", 50)]))


def _get(gateway: Gateway, call: Call) -> Answering:
    del gateway
    return told((yield from Shelf(KIND, call).find(call.arguments["replay"], "replay")))
