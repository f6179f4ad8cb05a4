"""What the numbers of any one answer must be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.exchange import Exchange
from conformance.json_view import ABSENT, integer
from conformance.kinds import chat_answer, completion
from conformance.once import once
from conformance.reading import Reading
from conformance.usage_view import Usage
from conformance.verdict import Finding


def said(reading: Reading) -> str:
    """Return the text of every message of the request."""
    found = []
    messages = reading.asked("messages")
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        parts = content if isinstance(content, list) else [{"text": content}]
        texts = [part.get("text") for part in parts if isinstance(part, dict)]
        found += [text for text in texts if isinstance(text, str)]
    return "".join(found)


NAMES = ("prompt_tokens", "completion_tokens", "total_tokens")


@once
def usages(reading: Reading) -> list[tuple[Usage, str]]:
    """Return every usage object of an answer, and where it stands, in words."""
    if reading.is_stream:
        return [
            (Usage(seen.value, seen.event), reading.at_event(seen.event))
            for seen in reading.stream.usages
        ]
    return [] if reading.usage is None else [(reading.usage, reading.at_pointer("/usage"))]


def has_usage(reading: Reading) -> bool:
    """A chat answer that carries a usage object, in either mode."""
    return chat_answer(reading) and bool(usages(reading))


def edit_usage(change: Callable[[dict[str, Any]], None]) -> Callable[[Exchange], Exchange | None]:
    """Return a forgery that edits the usage object of either mode."""

    def edit(document: Any) -> None:
        if isinstance(document, dict) and isinstance(document.get("usage"), dict):
            change(document["usage"])

    def forgery(exchange: Exchange) -> Exchange | None:
        reading = Reading(exchange)
        if not has_usage(reading):
            return None
        if reading.is_stream:
            return forge.each_chunk(exchange, edit)
        return forge.with_json(exchange, edit)

    forgery.__doc__ = change.__doc__
    forgery.__name__ = change.__name__
    return forgery


def _remove(document: dict[str, Any]) -> None:
    document.pop("usage", None)


def without_usage(exchange: Exchange) -> Exchange:
    """The usage object is left out."""
    return forge.with_json(exchange, _remove)


@reads("usage.present", where=completion, forgery=without_usage)
def present(reading: Reading) -> Statements:
    """The answer has a `usage` object."""
    if reading.usage is None and reading.choice_indexes:
        yield Finding(
            reading.at_pointer("/usage"),
            "a usage object",
            shown(reading.json.at("usage")),
            reading.id,
        )


def _fraction(usage: dict[str, Any]) -> None:
    """A count is sent as text."""
    usage["prompt_tokens"] = str(usage["prompt_tokens"])


@reads("usage.integers", where=has_usage, forgery=edit_usage(_fraction))
def integers(reading: Reading) -> Statements:
    """Each of the three counts is there, and a JSON integer."""
    for usage, where in usages(reading):
        for name in NAMES:
            if integer(usage.at(name)) is None:
                yield Finding(where, f"{name} as an integer", shown(usage.at(name)), reading.id)


def _below_zero(usage: dict[str, Any]) -> None:
    """A count is negative."""
    usage["completion_tokens"] = -1


@reads("usage.not-negative", where=has_usage, forgery=edit_usage(_below_zero))
def not_negative(reading: Reading) -> Statements:
    """No count is below zero."""
    for usage, where in usages(reading):
        for name in NAMES:
            count = integer(usage.at(name))
            if count is not None and count < 0:
                yield Finding(where, f"{name} of at least 0", str(count), reading.id)


def _one_more(usage: dict[str, Any]) -> None:
    """The total is one token too large."""
    usage["total_tokens"] += 1


@reads("usage.adds-up", where=has_usage, forgery=edit_usage(_one_more))
def adds_up(reading: Reading) -> Statements:
    """`total_tokens` is the sum of `prompt_tokens` and `completion_tokens`."""
    for usage, where in usages(reading):
        if usage.counts is None:
            continue
        prompt, spent, total = usage.counts
        if prompt + spent != total:
            yield Finding(
                where,
                f"total_tokens {prompt} + {spent} = {prompt + spent}",
                f"total_tokens {total}",
                reading.id,
            )


def _no_prompt(usage: dict[str, Any]) -> None:
    """The prompt costs nothing."""
    usage["total_tokens"] -= usage["prompt_tokens"]
    usage["prompt_tokens"] = 0


def worded(reading: Reading) -> bool:
    """An answer with usage to a prompt with words: without, only the template is left to count."""
    return has_usage(reading) and bool(said(reading))


@reads("usage.prompt-counted", where=worded, forgery=edit_usage(_no_prompt))
def prompt_counted(reading: Reading) -> Statements:
    """`prompt_tokens` is above zero."""
    for usage, where in usages(reading):
        if usage.prompt == 0:
            yield Finding(where, "prompt_tokens above 0", "0", reading.id)


def _no_completion(usage: dict[str, Any]) -> None:
    """The answer costs nothing."""
    usage["total_tokens"] -= usage["completion_tokens"]
    usage["completion_tokens"] = 0


@reads("usage.completion-counted", where=has_usage, forgery=edit_usage(_no_completion))
def completion_counted(reading: Reading) -> Statements:
    """An answer with text has `completion_tokens` above zero."""
    text = "".join(reading.text_of(index) for index in set(reading.choice_indexes))
    found = usages(reading)
    if text and found and found[-1][0].completion == 0:
        yield Finding(
            found[-1][1], "completion_tokens above 0 for text", f"0 for {text[:40]!r}", reading.id
        )


FEWEST_BYTES = 64
"""No tokenizer in use has tokens that are longer on the average of an answer."""
MOST_EXTRA = 16
"""Tokens without text: an end token, a leading blank, one per choice."""


def _whole(reading: Reading) -> bool:
    return has_usage(reading) and not has_other_output(reading)


def has_other_output(reading: Reading) -> bool:
    """Whether tokens may have gone elsewhere: into reasoning, a refusal or tool calls."""
    details = reading.usage.at("completion_tokens_details") if reading.usage else ABSENT
    if isinstance(details, dict) and details.get("reasoning_tokens"):
        return True
    return any(
        name in reading.text for name in ('"reasoning_content"', '"function":', '"refusal":"')
    )


def _far_too_many(usage: dict[str, Any]) -> None:
    """A thousand tokens more are billed than text was delivered."""
    usage["completion_tokens"] += 1000
    usage["total_tokens"] += 1000


@reads("usage.completion-plausible", where=_whole, forgery=edit_usage(_far_too_many))
def completion_plausible(reading: Reading) -> Statements:
    """There are no more completion tokens than bytes of text, nor absurdly few."""
    found = usages(reading)
    usage, where = found[-1]
    # A stop text or white space at the ends is generated, counted and not delivered.
    if usage.completion is None or reading.asked("stop") is not ABSENT:
        return
    choices = set(reading.choice_indexes)
    size = sum(len(reading.text_of(index).encode("utf-8", "replace")) for index in choices)
    most = size + MOST_EXTRA * max(len(choices), 1)
    least = size // FEWEST_BYTES
    if not least <= usage.completion <= most:
        yield Finding(
            where,
            f"between {least} and {most} completion_tokens for {size} bytes of text",
            str(usage.completion),
            reading.id,
        )


def shown(value: object) -> str:
    """Return a value as a finding shows it."""
    return "no such member" if value is ABSENT else repr(value)[:80]
