"""The choices of an answer in one piece: their indexes, messages and ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from conformance.catalogue import Statements, reads
from conformance.chapters.response.document import document, edited, put, says
from conformance.completion_view import Answer
from conformance.json_view import ABSENT, integer, sequence
from conformance.kinds import completed_stream
from conformance.reading import Reading
from conformance.verdict import Finding

THOUGHTS = ("reasoning_content", "reasoning", "thinking")
FEW = 2
"""Billed tokens that may well be the end of a turn and no text."""


def changed_choice(change: Callable[[Any], Any]) -> Callable[[Any], None]:
    def edit(answer: Any) -> None:
        change(answer["choices"][0])

    return edit


def _message(name: str, value: Any) -> Callable[[Any], None]:
    return changed_choice(lambda choice: choice["message"].update({name: value}))


def listed(reading: Reading) -> bool:
    return document(reading) and bool(reading.completion.choices)


@reads("response.choices", where=document, forgery=edited("None.", put("choices", [])))
def has_choices(reading: Reading) -> Statements:
    """`choices` is an array of objects, not empty."""
    raw = reading.json.at("choices")
    if not isinstance(raw, list) or not raw:
        yield says(reading, "/choices", "an array of at least one choice", raw)
        return
    for place, choice in enumerate(raw[:20]):
        if not isinstance(choice, dict):
            yield says(reading, f"/choices/{place}", "an object", choice)


def _wants_one(reading: Reading) -> bool:
    return document(reading) and reading.asked("n") in (ABSENT, None)


def _twice(answer: Any) -> None:
    answer["choices"].append({**answer["choices"][0], "index": 1})


@reads("response.one-choice", where=_wants_one, forgery=edited("Two come.", _twice))
def one_choice(reading: Reading) -> Statements:
    """Without `n` there is one choice."""
    count = len(sequence(reading.json.at("choices")))
    if count > 1:
        yield Finding(reading.at_pointer("/choices"), "one choice", f"{count}", reading.id)


@reads(
    "response.index",
    where=listed,
    forgery=edited("It begins with 1.", changed_choice(lambda choice: choice.update(index=1))),
)
def indexes(reading: Reading) -> Statements:
    """The indexes of the choices are 0 to n-1, each once."""
    found = [choice.raw.get("index", ABSENT) for choice in reading.completion.choices]
    numbers = [integer(each) for each in found]
    if sorted(each for each in numbers if each is not None) != list(range(len(found))):
        shown = ", ".join("none" if each is ABSENT else json.dumps(each)[:20] for each in found[:9])
        where = reading.at_pointer("/choices")
        yield Finding(where, f"each of 0 to {len(found) - 1} once", shown, reading.id)


@reads(
    "response.message",
    where=listed,
    forgery=edited(
        "It is called a delta.", changed_choice(lambda one: one.update(delta=one.pop("message")))
    ),
)
def has_message(reading: Reading) -> Statements:
    """Each choice has a `message` object."""
    for choice in reading.completion.choices:
        message = choice.raw.get("message", ABSENT)
        if not isinstance(message, dict):
            yield says(reading, f"/choices/{choice.position}/message", "an object", message)


@reads(
    "response.no-delta",
    where=listed,
    forgery=edited("A delta too.", changed_choice(lambda one: one.update(delta={"content": "hi"}))),
)
def no_delta(reading: Reading) -> Statements:
    """No choice of an answer in one piece has a `delta`."""
    for choice in reading.completion.choices:
        if choice.raw.get("delta") is not None and "message" in choice.raw:
            where = f"/choices/{choice.position}/delta"
            yield says(reading, where, "no delta", choice.raw["delta"])


def _messages(reading: Reading) -> list[Answer]:
    return [
        choice
        for choice in reading.completion.choices
        if isinstance(choice.raw.get("message"), dict)
    ]


@reads("response.role", where=listed, forgery=edited("Model.", _message("role", "model")))
def role(reading: Reading) -> Statements:
    """The message's role is `assistant`."""
    for choice in _messages(reading):
        if choice.role != "assistant":
            where = f"/choices/{choice.position}/message/role"
            yield says(reading, where, "assistant", choice.role)


def explained(choice: Answer) -> bool:
    """Whether a message may have no content: a tool call, a refusal or thoughts stand for it."""
    message = choice.raw["message"]
    others = ("tool_calls", "function_call", "refusal", "audio", *THOUGHTS)
    return any(message.get(name) for name in others)


def _in_parts(answer: Any) -> None:
    message = answer["choices"][0]["message"]
    message["content"] = [{"type": "text", "text": message["content"]}]


@reads("response.content-text", where=listed, forgery=edited("In parts.", _in_parts))
def content_text(reading: Reading) -> Statements:
    """The message's content is a string, or something else stands for it, or a stop left none."""
    stops = reading.asked("stop") not in (ABSENT, None)
    for choice in _messages(reading):
        absent = choice.content is None or choice.content is ABSENT
        nothing = explained(choice) or (stops and choice.finish == "stop")
        if not isinstance(choice.content, str) and not (absent and nothing):
            where = f"/choices/{choice.position}/message/content"
            yield says(reading, where, "a string", choice.content)


def counted_whole(reading: Reading) -> bool:
    """A whole answer in either mode whose completion tokens are told."""
    usage = reading.usage
    whole = document(reading) or completed_stream(reading)
    return whole and usage is not None and usage.completion is not None


def billed_for(reading: Reading) -> bool:
    """Such an answer to a request in which nothing but the model may end or empty the text."""
    ordinary = reading.asked("stop") in (ABSENT, None) and not reading.asked("logit_bias")
    return counted_whole(reading) and ordinary


def _emptied(answer: Any) -> None:
    answer["choices"][0]["message"]["content"] = ""
    answer["choices"][0]["finish_reason"] = "stop"
    answer["usage"].update(completion_tokens=90)


@reads(
    "response.content-not-empty",
    where=billed_for,
    forgery=lambda exchange: (
        None if Reading(exchange).is_stream else edited("Empty.", _emptied)(exchange)
    ),
)
def content_not_empty(reading: Reading) -> Statements:
    """A choice that ended by itself and was billed for has text."""
    usage = reading.usage
    spent = usage.completion if usage else None
    thought = usage.at("completion_tokens_details", "reasoning_tokens") if usage else 0
    if spent is None or (integer(thought) or 0) > 0:
        return
    caps = [integer(reading.asked(name)) for name in ("max_tokens", "max_completion_tokens")]
    most = min((cap for cap in caps if cap is not None), default=4096)
    indexes = set(reading.choice_indexes)
    billed = spent > FEW if len(indexes) == 1 else spent > most + FEW
    for index in sorted(indexes):
        choice = reading.choice(index)
        if choice is None or choice.text or choice.finish != "stop" or not billed:
            continue
        if choice.tool_calls or choice.refusal not in (ABSENT, None, ""):
            continue
        if isinstance(choice, Answer):
            if _speechless(choice):
                yield says(
                    reading,
                    f"/choices/{choice.position}/message/content",
                    f"text, since {spent} tokens were billed",
                    choice.content,
                )
        elif not any(key.value in THOUGHTS for key in choice.keys):
            where = reading.at_event(choice.last)
            yield Finding(where, f"text, since {spent} tokens were billed", "none", reading.id)


def _speechless(choice: Answer) -> bool:
    return choice.content == "" and not explained(choice)


def _unasked(reading: Reading) -> bool:
    return listed(reading) and not any(reading.asked(name) for name in ("tools", "functions"))


@reads(
    "response.no-tool-calls",
    where=_unasked,
    forgery=edited(
        "A call nobody asked for.",
        _message("tool_calls", [{"id": "1", "type": "function", "function": {"name": "f"}}]),
    ),
)
def no_tool_calls(reading: Reading) -> Statements:
    """No message calls a tool that was not offered."""
    for choice in _messages(reading):
        for name in ("tool_calls", "function_call"):
            if choice.raw["message"].get(name):
                where = f"/choices/{choice.position}/message/{name}"
                yield says(reading, where, "absent, null or empty", choice.raw["message"][name])


@reads(
    "response.no-reasoning",
    where=listed,
    forgery=edited("Thoughts.", _message("reasoning_content", "Let me think.")),
)
def no_reasoning(reading: Reading) -> Statements:
    """No message carries the thoughts of a model that has none."""
    for choice in _messages(reading):
        for name in THOUGHTS:
            if choice.raw["message"].get(name) is not None:
                where = f"/choices/{choice.position}/message/{name}"
                yield says(reading, where, "absent or null", choice.raw["message"][name])


@reads(
    "response.refusal-null",
    where=listed,
    forgery=edited("It refuses.", _message("refusal", "I cannot.")),
)
def refusal_null(reading: Reading) -> Statements:
    """`refusal` is absent or null."""
    for choice in _messages(reading):
        if choice.refusal is not None and choice.refusal is not ABSENT:
            where = f"/choices/{choice.position}/message/refusal"
            yield says(reading, where, "null", choice.refusal)
