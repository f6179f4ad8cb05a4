"""How a choice ended: whether it says so, in a known word, and truly."""

from __future__ import annotations

import re
from typing import Any

from conformance.baseline import BASELINE, COUNTING
from conformance.catalogue import ExchangeForgery, Statements, judges, reads
from conformance.chapters.response.choices import FEW, changed_choice, counted_whole, listed
from conformance.chapters.response.document import edited, says
from conformance.completion_view import Answer
from conformance.json_view import ABSENT, integer
from conformance.kinds import completed_stream, completion
from conformance.probe import Transcript
from conformance.probes.caps import CEILINGS
from conformance.probes.choices import SEVERAL
from conformance.reading import Reading
from conformance.verdict import Finding

KNOWN_ENDS = ("stop", "length", "content_filter")
TOOL_ENDS = ("tool_calls", "function_call")
MODEST = 256
"""Tokens up to which no server puts a cap of its own below the one that was asked for."""
SMALLEST_WINDOW = 512
"""Tokens that every model in use has room for, where nobody says how many."""
_COUNTED = re.compile(r"[\d\s,.]+")


@reads(
    "response.finish-present",
    where=listed,
    forgery=edited("It is null.", changed_choice(lambda one: one.update(finish_reason=None))),
)
def finish_present(reading: Reading) -> Statements:
    """Each choice has a `finish_reason` that is not null."""
    for choice in reading.completion.choices:
        if choice.finish is None or choice.finish is ABSENT:
            where = f"/choices/{choice.position}/finish_reason"
            yield says(reading, where, "why the choice ended", choice.finish)


@reads(
    "response.finish-known",
    where=listed,
    forgery=edited("EOS.", changed_choice(lambda one: one.update(finish_reason="eos_token"))),
)
def finish_known(reading: Reading) -> Statements:
    """`finish_reason` is one of OpenAI's words, and of those for tools only where it has tools."""
    known = KNOWN_ENDS if reading.setting.scope == "gateway" else (*KNOWN_ENDS, *TOOL_ENDS)
    for choice in reading.completion.choices:
        if choice.finish not in (None, ABSENT) and choice.finish not in known:
            where = f"/choices/{choice.position}/finish_reason"
            yield says(reading, where, " or ".join(known), choice.finish)


def _capped(reading: Reading) -> bool:
    return counted_whole(reading) and len(set(reading.choice_indexes)) == 1


def _too_long(answer: Any) -> None:
    answer["choices"][0]["finish_reason"] = "length"
    answer["usage"].update(prompt_tokens=9, completion_tokens=1, total_tokens=10)


def _longed(exchange: Any) -> Any:
    """An answer of one token ended by its length."""
    reading = Reading(exchange)
    cap = reading.asked("max_tokens")
    if reading.is_stream or not isinstance(cap, int) or cap < FEW + 2:
        return None
    return edited("", _too_long)(exchange)


@reads("response.length-true", where=_capped, forgery=_longed)
def length_true(reading: Reading) -> Statements:
    """An answer that says `length` has used up its cap or the window."""
    usage = reading.usage
    caps = [integer(reading.asked(name)) for name in ("max_tokens", "max_completion_tokens")]
    given = [cap for cap in caps if cap is not None and cap > 0]
    window = reading.setting.context_window
    if usage is None or usage.counts is None or not given or min(given) > MODEST:
        return
    prompt, spent, _ = usage.counts
    reached = spent >= min(given) - FEW or prompt + spent >= 0.9 * (window or SMALLEST_WINDOW)
    if reading.finish_of(reading.choice_indexes[0]) == "length" and not reached:
        where = reading.at_pointer("/choices/0/finish_reason")
        expected = f"stop: {spent} tokens of {min(given)} were used"
        yield Finding(where, expected, "length", reading.id)


def _stopped() -> ExchangeForgery:
    return edited(
        "It says `stop`.", lambda answer: answer["choices"][0].update(finish_reason="stop")
    )


def _said_stop(transcript: Transcript) -> Transcript | None:
    """An answer that its cap cut says `stop`."""
    for label in ("cap-5", "two", "plain"):
        reading = transcript.get(label)
        if reading is not None:
            return transcript.replacing(_stopped()(reading.exchange) or reading.exchange)
    return None


@judges("response.cut-is-length", on=(BASELINE, CEILINGS, SEVERAL), forgery=_said_stop)
def cut_is_length(transcript: Transcript) -> Statements:
    """A counting that its cap cut short does not end with `stop`, in either mode or choice."""
    for reading in transcript.readings:
        if (
            not (completion(reading) or completed_stream(reading))
            or reading.asked("messages", -1, "content") != COUNTING
        ):
            continue
        for index in dict.fromkeys(reading.choice_indexes):
            text = reading.text_of(index).strip()
            why = _short_of(reading, text)
            if why and reading.finish_of(index) == "stop":
                where = _end_of(reading, index)
                shown = f"stop, after {text[-20:]!r}"
                yield Finding(where, f"length: its cap cut it short of {why}", shown, reading.id)


def _short_of(reading: Reading, text: str) -> str:
    """Return what an answer to the counting was cut short of, or nothing where that is not sure."""
    setting = reading.setting
    longer = setting.greedy.strip()
    stable = setting.capabilities.get("deterministic") == "effective"
    if stable and reading.asked("temperature") == 0 and longer.startswith(text) and text:
        return "" if text == longer else repr(longer[len(text) :][:20])
    counted = _COUNTED.fullmatch(text) and text[:1] == "1" and "60" not in text
    return "60" if counted and (reading.usage is None or _spent(reading)) else ""


def _spent(reading: Reading) -> bool:
    """Whether the tokens counted are those that the caps allow."""
    spent = reading.usage.completion if reading.usage else None
    cap = reading.asked("max_tokens")
    count = len(set(reading.choice_indexes))
    return spent is None or not isinstance(cap, int) or spent >= count * cap


def _end_of(reading: Reading, index: int) -> str:
    choice = reading.choice(index)
    if isinstance(choice, Answer):
        return reading.at_pointer(f"/choices/{choice.position}/finish_reason")
    return reading.at_event(choice.last if choice else 0)
