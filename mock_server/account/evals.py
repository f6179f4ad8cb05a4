"""Evals: every candidate answers every input, and the best of them gets an alias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mock_server.account.asking import greedy, likeness, selected
from mock_server.account.errands import Generate
from mock_server.account.owned import Shelf, cents, listing, told
from mock_server.account.paying import held, reachable, settlement
from mock_server.admission import ALIAS
from mock_server.call import Call
from mock_server.completion import Completion, Prompt
from mock_server.state import Find, Release, Wishes
from mock_server.surface import Answering, Handler
from openapi import AccountFacts

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

KIND = "eval"
COMPARED = 2_000
"""Characters of a text that are compared."""


def answers(facts: AccountFacts) -> Mapping[str, Handler]:
    """Return who answers what."""
    del facts
    return {"createEval": _create, "listEvals": _list, "getEval": _get}


def winner(account: str, alias: str) -> Wishes:
    """Return the model that an alias means to an account, or None."""
    record = yield Find(f"account/{KIND}/{account}", alias.removeprefix(ALIAS))
    return None if record is None else record["winner_model"]


def _create(gateway: Gateway, call: Call) -> Answering:
    body, name = call.body, gateway.new_id("eval")
    rows, metric = body["dataset"], body.get("metric") or "quality"
    asked = {
        model: _prompts(gateway, call, model, index, rows)
        for index, model in enumerate(body["candidate_models"])
    }
    every = [prompt for prompts in asked.values() for prompt in prompts]
    most = sum(gateway.settings.model.cost(prompt.tokens, prompt.cap) for prompt in every)
    reachable(call)
    yield from held(gateway, call, name, sum(one.tokens + one.cap for one in every), most)
    made: dict[str, list[Completion]] = {}
    for model, prompts in asked.items():
        made[model] = []
        for prompt in prompts:
            completion = yield Generate(gateway.engine, prompt)
            if isinstance(completion, Exception):
                yield Release(name, _account(call))
                raise completion
            made[model].append(completion)
    counts = [one.usage for completions in made.values() for one in completions]
    spent = sum(gateway.settings.model.cost(one.prompt, one.completion) for one in counts)
    yield settlement(
        call, name, sum(one.prompt for one in counts), spent, sum(one.completion for one in counts)
    )
    summary = {model: _row(gateway, rows, completions) for model, completions in made.items()}
    best = min(summary, key=lambda model: _rank(summary[model], metric))
    record = {
        "id": name,
        "object": "eval",
        "name": body.get("name") or name,
        "candidate_models": list(asked),
        "dataset_size": len(rows),
        "metric": metric,
        "status": "completed",
        "winner_model": best,
        "winning_model": best,
        "alias": f"{ALIAS}{name}",
        "summary": summary,
        "created_at": call.created,
    }
    yield from Shelf(KIND, call).roll(name, record)
    return told(record, 201)


def _list(gateway: Gateway, call: Call) -> Answering:
    del gateway
    records = yield from Shelf(KIND, call).every()
    return told(listing(records[::-1]))


def _get(gateway: Gateway, call: Call) -> Answering:
    del gateway
    return told((yield from Shelf(KIND, call).find(call.arguments["eval"], "eval")))


def _prompts(
    gateway: Gateway, call: Call, model: str, index: int, rows: Sequence[Mapping[str, Any]]
) -> list[Prompt]:
    base, adapter = selected(gateway, call, model, f"candidate_models[{index}]")
    return [
        greedy(gateway, model, base, adapter, row["input"], f"dataset[{place}].input")
        for place, row in enumerate(rows)
    ]


def _account(call: Call) -> str:
    assert call.caller is not None
    return call.caller.account


def _row(
    gateway: Gateway, rows: Sequence[Mapping[str, Any]], made: Sequence[Completion]
) -> dict[str, Any]:
    scores = [
        likeness(one.choices[0].text[:COMPARED], row["expected"][:COMPARED])
        for row, one in zip(rows, made, strict=True)
        if row.get("expected") is not None
    ]
    cost = sum(gateway.settings.model.cost(one.usage.prompt, one.usage.completion) for one in made)
    return {
        "quality": round(sum(scores) / len(scores), 4) if scores else None,
        "cost_cents": cents(cost),
        "completion_tokens": sum(one.usage.completion for one in made),
    }


def _rank(row: Mapping[str, Any], metric: str) -> float:
    """Return what is smallest for the best."""
    match metric:
        case "quality":
            return -(row["quality"] or 0.0)
        case "cost":
            return float(row["cost_cents"])
        case _:
            return float(row["completion_tokens"])
