"""Chapter `usage`: tokens counted. Judges relations between counts; knows no tokenizer."""

from __future__ import annotations

from typing import Any

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.exchange import Exchange
from conformance.kinds import chat_answer
from conformance.reading import Reading
from conformance.verdict import Finding


def _with_usage(reading: Reading) -> bool:
    return chat_answer(reading) and reading.usage is not None and reading.usage.counts is not None


def _one_more(usage: dict[str, Any]) -> None:
    usage["total_tokens"] += 1


def total_too_large(exchange: Exchange) -> Exchange | None:
    """The total is one token too large."""
    if Reading(exchange).is_stream_request:
        return None
    return forge.with_json(exchange, lambda body: _one_more(body["usage"]))


@reads("usage.adds-up", where=_with_usage, forgery=total_too_large)
def adds_up(reading: Reading) -> Statements:
    """`total_tokens` is the sum of `prompt_tokens` and `completion_tokens`."""
    usage = reading.usage
    assert usage is not None
    assert usage.counts is not None
    prompt, completion, total = usage.counts
    if prompt + completion != total:
        yield Finding(
            where=reading.at_pointer("/usage/total_tokens"),
            expected=f"{prompt} + {completion} = {prompt + completion}",
            actual=str(total),
            exchange=reading.id,
        )
