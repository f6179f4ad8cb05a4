"""Judges of streams asked for in other ways, refused, or named: one conversation each."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.exchange import Exchange, Setting
from conformance.probes.framing import LONG, SHORT
from conformance.probes.stream import FORMS
from conformance.verdict import NotApplicable
from tests.conformance import answers
from tests.conformance.answers import request
from tests.conformance.chapters.judging import labelled, opinion
from tests.conformance.chapters.streams import DONE, END, ROLE, TEXT, stream, streamed

SEA = "the sea is wide and the ship is small"


def resumed(*texts: str) -> list[Exchange]:
    labels = ("plain-streamed", "resumed", "resumed-again")
    return [streamed(text, label=label) for label, text in zip(labels, texts, strict=False)]


def test_last_event_id_must_change_nothing() -> None:
    assert opinion("stream.last-event-id", resumed(SEA, SEA)) == ((), None)
    assert opinion("stream.last-event-id", resumed(SEA, "is wide", "is wide"))[0]
    assert not opinion("stream.last-event-id", resumed(SEA, "is wide", SEA))[0]
    varying = Setting(capabilities={"deterministic": "absent"})
    assert isinstance(
        opinion("stream.last-event-id", resumed(SEA, "x", "y"), varying)[1], NotApplicable
    )


def test_every_form_of_no_options_is_accepted() -> None:
    forms = [streamed(SEA, label=label) for label in FORMS]
    assert opinion("stream.options-forms", forms) == ((), None)
    assert opinion("stream.options-forms", [replace(forms[0], status=400), *forms[1:]])[0]


def refusals(**changes: Any) -> list[Exchange]:
    body = json.dumps({"error": {"message": "no", "type": "x"}}).encode()
    refused = answers.exchange(body, request=request(stream=True), status=400)
    labels = ("unknown-model", "no-messages", "hot")
    return [labelled(replace(refused, **changes), label) for label in labels]


def test_a_refusal_must_not_come_as_a_stream() -> None:
    assert opinion("stream.refused-first", refusals()) == ((), None)
    error = b'data: {"error":{"message":"no"}}\n\ndata: [DONE]\n\n'
    for body in (b"", b"data: [DONE]\n\n", error):
        headers = (("content-type", "text/event-stream"),)
        assert opinion("stream.refused-first", refusals(status=200, body=body, headers=headers))[0]
    answered = [labelled(streamed(SEA), label) for label in ("unknown-model", "hot")]
    assert not opinion("stream.refused-first", answered)[0]


@pytest.mark.parametrize(
    ("status", "wrong"), [(500, False), (503, False), (400, True), (200, True)]
)
def test_an_engine_that_is_down_is_a_5xx(status: int, wrong: bool) -> None:
    (failing,) = refusals(status=status)[:1]
    assert bool(opinion("stream.failure-first", [labelled(failing, "failing")])[0]) is wrong


def with_ids(ids: list[str]) -> list[Exchange]:
    return [
        labelled(stream(*[{**each, "id": name} for each in (ROLE, TEXT, END)], DONE), label)
        for label, name in zip((*SHORT, *LONG), ids, strict=True)
    ]


@pytest.mark.parametrize(
    ("ids", "scope", "shared"),
    [
        ("abcde", "gateway", False),
        ("aaaaa", "any", True),
        ("aabbb", "any", True),
        ("abcda", "any", False),
        ("abcda", "gateway", True),
    ],
)
def test_ids_are_shared_when_chance_cannot_explain_it(ids: str, scope: str, shared: bool) -> None:
    findings, _ = opinion("stream.id-unique", with_ids(list(ids)), Setting(scope=scope))
    assert bool(findings) is shared


def test_a_long_answer_in_one_piece_every_time_is_found() -> None:
    text = "word " * 20
    assert opinion("stream.in-pieces", [streamed(text, label=label) for label in LONG])[0]
    pieces = text.replace("d w", "d| w")
    assert not opinion("stream.in-pieces", [streamed(pieces, label=label) for label in LONG])[0]
    short = [streamed("hi", label=label) for label in LONG]
    assert isinstance(opinion("stream.in-pieces", short)[1], NotApplicable)
