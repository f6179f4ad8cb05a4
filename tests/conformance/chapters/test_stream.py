"""Judges of the grammar of streams, on small streams made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance import answers
from tests.conformance.answers import chunk, request
from tests.conformance.chapters.judging import JUDGES, accusers, found
from tests.conformance.chapters.streams import (
    DONE,
    END,
    ERROR,
    FRESH,
    MORE,
    NOW,
    ROLE,
    TEXT,
    USAGE,
    of_choice,
    stream,
)


def accused(*payloads: Any, **changes: Any) -> set[str]:
    return accusers(stream(*payloads, **changes), "stream")


GATEWAY_ONLY = {"stream.id-prefix", "stream.model-echo"}
"""Promises of one gateway, which a legal stream of another need not keep."""

LEGAL = {
    "usual": [ROLE, TEXT, MORE, END, USAGE, DONE],
    "role without content": [chunk({"role": "assistant"}, **FRESH), TEXT, END, DONE],
    "role with null content": [
        chunk({"role": "assistant", "content": None}, **FRESH),
        TEXT,
        END,
        DONE,
    ],
    "role with text": [chunk({"role": "assistant", "content": "Hé"}, **FRESH), END, DONE],
    "role in every delta": [
        chunk({"role": "assistant", "content": word}, **FRESH) for word in ("a", "b")
    ]
    + [chunk({"role": "assistant"}, "stop", **FRESH), DONE],
    "text with finish": [ROLE, chunk({"content": "Hé"}, "length", **FRESH), DONE],
    "finish with empty content": [ROLE, TEXT, chunk({"content": ""}, "stop", **FRESH), DONE],
    "empty deltas": [ROLE, chunk({}, **FRESH), TEXT, chunk({"content": ""}, **FRESH), END, DONE],
    "an empty answer": [ROLE, END, DONE],
    "null tool calls": [ROLE, chunk({"content": "x", "tool_calls": None}, **FRESH), END, DONE],
    "no finish_reason key before the end": [
        {**ROLE, "choices": [{"index": 0, "delta": {"role": "assistant"}}]},
        TEXT,
        END,
        DONE,
    ],
    "extra members": [{**each, "x": {"y": [1]}} for each in (ROLE, TEXT, END)] + [DONE],
    "a refusal": [ROLE, chunk({"refusal": "No."}, **FRESH), END, DONE],
}


@pytest.mark.parametrize("payloads", LEGAL.values(), ids=LEGAL)
def test_a_legal_stream_is_accused_of_nothing(payloads: list[Any]) -> None:
    assert accused(*payloads) <= GATEWAY_ONLY


def without(payload: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key != name}


def calls(*fragments: dict[str, Any]) -> list[Any]:
    deltas = [chunk({"tool_calls": [each]}, **FRESH) for each in fragments]
    return [ROLE, *deltas, chunk(finish="tool_calls", **FRESH), DONE]


CALL = {"index": 0, "id": "call_1", "function": {"name": "f", "arguments": "{}"}}

BROKEN: list[tuple[str, list[Any]]] = [
    ("stream.done-present", [ROLE, TEXT, END]),
    ("stream.done-present", [ROLE, TEXT, END, USAGE]),
    ("stream.done-once", [ROLE, TEXT, END, DONE, DONE]),
    ("stream.done-last", [ROLE, TEXT, END, DONE, USAGE]),
    ("stream.chunk-object", [ROLE, TEXT, [1], END, DONE]),
    ("stream.object", [ROLE, {**TEXT, "object": "chat.completion"}, END, DONE]),
    ("stream.object", [ROLE, TEXT, END, without(USAGE, "object"), DONE]),
    ("stream.id", [ROLE, TEXT, without(END, "id"), DONE]),
    ("stream.id", [{**each, "id": None} for each in (ROLE, TEXT, END)] + [DONE]),
    ("stream.id-not-empty", [{**each, "id": ""} for each in (ROLE, TEXT, END)] + [DONE]),
    ("stream.id-constant", [ROLE, TEXT, END, {**USAGE, "id": "chatcmpl-2"}, DONE]),
    ("stream.created-constant", [ROLE, TEXT, {**END, "created": NOW + 1}, DONE]),
    ("stream.created-integer", [{**each, "created": str(NOW)} for each in (ROLE, END)] + [DONE]),
    ("stream.created-integer", [{**each, "created": NOW + 0.5} for each in (ROLE, END)] + [DONE]),
    ("stream.created-seconds", [{**each, "created": 0} for each in (ROLE, TEXT, END)] + [DONE]),
    ("stream.created-seconds", [{**each, "created": NOW * 1000} for each in (ROLE, END)] + [DONE]),
    ("stream.model", [{**each, "model": None} for each in (ROLE, TEXT, END)] + [DONE]),
    ("stream.model", [ROLE, TEXT, without(END, "model"), DONE]),
    ("stream.model-constant", [ROLE, TEXT, {**END, "model": "n"}, DONE]),
    ("stream.choices", [ROLE, TEXT, END, without(USAGE, "choices"), DONE]),
    ("stream.choices", [ROLE, {**TEXT, "choices": {}}, TEXT, END, DONE]),
    ("stream.no-empty-choices", [{**ROLE, "choices": []}, ROLE, TEXT, END, DONE]),
    ("stream.no-empty-choices", [ROLE, TEXT, END, USAGE, {**ROLE, "choices": []}, DONE]),
    ("stream.index", [of_choice(each, index=...) for each in (ROLE, TEXT, END)] + [DONE]),
    ("stream.index", [of_choice(each, index="0") for each in (ROLE, TEXT, END)] + [DONE]),
    ("stream.index-range", [of_choice(each, index=1) for each in (ROLE, TEXT, END)] + [DONE]),
    ("stream.delta", [ROLE, TEXT, of_choice(END, delta=...), DONE]),
    ("stream.delta", [ROLE, TEXT, of_choice(END, delta=None), DONE]),
    ("stream.no-message", [of_choice(ROLE, message={}), TEXT, END, DONE]),
    ("stream.role-first", [TEXT, END, DONE]),
    ("stream.role-first", [TEXT, ROLE, END, DONE]),
    ("stream.role-known", [ROLE, chunk({"role": "", "content": "x"}, **FRESH), END, DONE]),
    ("stream.role-known", [chunk({"role": "model"}, **FRESH), TEXT, END, DONE]),
    ("stream.content-text", [ROLE, chunk({"content": 7}, **FRESH), END, DONE]),
    ("stream.content-text", [ROLE, chunk({"content": ["x"]}, **FRESH), END, DONE]),
    ("stream.finish-present", [ROLE, TEXT, DONE]),
    ("stream.finish-once", [ROLE, TEXT, END, END, DONE]),
    ("stream.finish-null-before", [ROLE, of_choice(TEXT, finish_reason=""), END, DONE]),
    ("stream.finish-known", [ROLE, TEXT, chunk(finish="eos_token", **FRESH), DONE]),
    ("stream.finish-last", [ROLE, TEXT, END, MORE, DONE]),
    ("stream.tool-index", calls({**CALL, "index": None})),
    ("stream.tool-index-distinct", calls(CALL, {**CALL, "id": "call_2"})),
    ("stream.tool-name", calls(CALL, {"index": 0, "function": {"name": "", "arguments": ""}})),
]


@pytest.mark.parametrize(("identity", "payloads"), BROKEN)
def test_one_flaw_is_found_under_one_name(identity: str, payloads: list[Any]) -> None:
    assert accused(*payloads) - GATEWAY_ONLY - {"stream.no-tool-calls"} == {identity}


def test_usage_that_nobody_asked_for_may_not_come_with_empty_choices() -> None:
    asked = request(stream=True)
    assert "stream.no-empty-choices" in accused(ROLE, TEXT, END, USAGE, DONE, request=asked)


def test_several_choices_are_judged_each_by_itself() -> None:
    def second(each: dict[str, Any]) -> dict[str, Any]:
        return of_choice(each, index=1)

    asked = request(stream=True, n=2)
    both = [ROLE, second(ROLE), TEXT, second(TEXT), END, second(END), DONE]
    assert accused(*both, request=asked) <= GATEWAY_ONLY
    silent = [ROLE, TEXT, second(TEXT), END, second(END), DONE]
    assert "stream.role-first" in accused(*silent, request=asked)
    endless = [ROLE, second(ROLE), TEXT, second(TEXT), END, DONE]
    assert "stream.finish-present" in accused(*endless, request=asked)


@pytest.mark.parametrize(
    "texts", [["a b c", "a b c d", "a b c d e", "a b c d e f"], [*"abcdefghijklmnopqrstu"]]
)
def test_deltas_that_hold_all_so_far_are_found(texts: list[str]) -> None:
    if len(texts) > 4:
        texts = [*texts, "".join(texts)]
    payloads = [ROLE, *(chunk({"content": text}, **FRESH) for text in texts), END, DONE]
    assert "stream.not-cumulative" in accused(*payloads)


def test_a_stammer_is_not_cumulative() -> None:
    payloads = [chunk({"content": text}, **FRESH) for text in ("ha", "haha", " ", "ha")]
    assert accused(ROLE, *payloads, END, DONE) <= GATEWAY_ONLY


@pytest.mark.parametrize(
    ("payloads", "identities"),
    [
        ([ROLE, TEXT, ERROR], set()),
        ([ROLE, TEXT, ERROR, DONE], {"stream.error-no-done"}),
        ([ROLE, TEXT, {"error": "no"}], {"stream.error-shape"}),
        ([ROLE, TEXT, {"error": {"message": ""}}], {"stream.error-shape"}),
        ([ROLE, TEXT, ERROR, MORE], {"stream.error-last"}),
        ([ROLE, TEXT, END, {**USAGE, **ERROR}], {"stream.error-or-finish"}),
    ],
)
def test_a_stream_that_fails_must_not_look_whole(payloads: list[Any], identities: set[str]) -> None:
    assert accused(*payloads) - GATEWAY_ONLY == identities


def test_no_sentinel_is_owed_after_an_error_that_no_blank_line_ends() -> None:
    failing = stream(ROLE, TEXT, ERROR)
    open_ended = replace(failing, body=failing.body.removesuffix(b"\n"))
    assert "stream.done-present" not in accusers(open_ended, "stream")
    assert "framing.last-block" in accusers(open_ended, "framing")


@settings(max_examples=60, deadline=None)
@given(st.lists(answers.almost_chunks() | answers.VALUES, max_size=6))
def test_no_judge_raises_on_what_a_stranger_sends(payloads: list[Any]) -> None:
    texts = [json.dumps(payload) for payload in payloads]
    assert accusers(stream(*texts, DONE), "stream", "framing") <= set(JUDGES)


def test_a_finding_of_the_first_event_says_its_place() -> None:
    (finding,) = found("stream.role-first", stream(TEXT, END, DONE))
    assert "event 0 at /choices/0/delta/content" in finding.where
