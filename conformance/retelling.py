"""Forgeries of what an answer says: another text, another end, another count, in either mode.

Knows nothing of requirements. What is not named stays as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from conformance import forge
from conformance.exchange import Exchange
from conformance.reading import Reading

Change = Callable[[str], str]


def with_text(exchange: Exchange, change: Change, index: int = 0) -> Exchange:
    """Another text of one choice; a stream brings all of it in the first piece that had text."""
    reading = Reading(exchange)
    text = change(reading.text_of(index))
    if not reading.is_stream:
        return _each_choice(exchange, index, lambda choice: choice["message"].update(content=text))
    left = [text]

    def edit(choice: dict[str, Any]) -> None:
        if choice.get("delta", {}).get("content"):
            choice["delta"]["content"] = left.pop() if left else ""

    return _each_choice(exchange, index, edit)


def with_finish(exchange: Exchange, finish: object, index: int | None = None) -> Exchange:
    """Another finish reason of one choice, or of all."""

    def edit(choice: dict[str, Any]) -> None:
        if choice.get("finish_reason") is not None:
            choice["finish_reason"] = finish

    return _each_choice(exchange, index, edit)


def with_logprobs(exchange: Exchange, change: Callable[[Any], Any]) -> Exchange:
    """Another `logprobs` wherever it is not null."""

    def edit(choice: dict[str, Any]) -> None:
        if choice.get("logprobs") is not None:
            choice["logprobs"] = change(choice["logprobs"])

    return _each_choice(exchange, None, edit)


def with_completion_tokens(exchange: Exchange, change: Callable[[int], int]) -> Exchange:
    """Another count of completion tokens; the total follows."""

    def edit(document: Any) -> None:
        usage = document.get("usage") if isinstance(document, dict) else None
        if isinstance(usage, dict):
            usage["completion_tokens"] = change(usage["completion_tokens"])
            usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]

    return _documents(exchange, edit)


def without_choice(exchange: Exchange, index: int) -> Exchange:
    """One choice less; where a stream's chunk was about it alone, the chunk goes too."""

    def drop(document: Any) -> Any:
        choices = _choices_of(document)
        document["choices"] = [one for one in choices if one.get("index") != index]
        return document

    if not Reading(exchange).is_stream:
        return forge.with_json(exchange, drop)

    def edit(payloads: list[Any]) -> list[Any]:
        kept = []
        for payload in payloads:
            had = not isinstance(payload, str) and bool(_choices_of(payload))
            if not had or drop(payload)["choices"]:
                kept.append(payload)
        return kept

    return forge.with_chunks(exchange, edit)


def _choices_of(document: Any) -> list[dict[str, Any]]:
    found = document.get("choices") if isinstance(document, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _each_choice(
    exchange: Exchange, index: int | None, edit: Callable[[dict[str, Any]], object]
) -> Exchange:
    def each(document: Any) -> None:
        for choice in _matching(document, index):
            edit(choice)

    return _documents(exchange, each)


def _matching(document: Any, index: int | None) -> Iterator[dict[str, Any]]:
    for choice in _choices_of(document):
        if index is None or choice.get("index") == index:
            yield choice


def _documents(exchange: Exchange, edit: Callable[[Any], None]) -> Exchange:
    tamper = forge.each_chunk if Reading(exchange).is_stream else forge.with_json
    return tamper(exchange, edit)
