"""What a run measures beside its verdicts: from the exchanges alone, hostile ones included."""

from __future__ import annotations

import json
from typing import Any

from conformance.arrivals import Arrival
from conformance.exchange import Ending, Exchange, Request, Setting
from conformance.measuring import measurements
from conformance.report_schema import departure
from tests.conformance.example_report import document


def asked(label: str, content: Any, status: int = 200, **answer: Any) -> Exchange:
    """Return an exchange that asked this and was answered so."""
    body = json.dumps({"messages": [{"role": "user", "content": content}]}).encode()
    return Exchange(
        Request(label, "POST", "/chat/completions", body=body),
        Ending.COMPLETE,
        probe="p",
        began=100.0,
        status=status,
        headers=(("content-type", "application/json"),),
        body=json.dumps(answer).encode(),
        arrivals=(Arrival(0, 0.25),),
        ended_at=0.3,
    )


def test_prompt_tokens_are_set_against_words() -> None:
    usage = {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 13}
    parts = [{"type": "text", "text": "one two"}, {"type": "text", "text": "three"}]
    found = measurements(
        [asked("a", "one two", usage=usage), asked("b", parts, usage=usage)], Setting()
    )
    assert found["prompt-tokens"]["series"][0]["points"] == [[2, 12], [3, 12]]


def test_long_prompts_show_where_the_window_ends() -> None:
    found = measurements(
        [asked("a", "w " * 500), asked("b", "w " * 4000, 400), asked("c", "w")], Setting()
    )
    series = {each["name"]: each["points"] for each in found["window"]["series"]}
    assert series == {"answered": [[500, 1]], "refused": [[4000, 0]]}


def test_the_first_byte_is_timed_in_milliseconds() -> None:
    found = measurements([asked("a", "hello")], Setting())
    assert found["first-byte"]["series"] == [
        {"name": "whole answers", "line": False, "points": [[0.0, 250.0]]}
    ]


def test_what_was_not_measured_is_left_out() -> None:
    silent = Exchange(Request("a", "GET", "/models"), Ending.TIMEOUT)
    assert measurements([silent], Setting()) == {}


def test_absurd_messages_and_counts_stop_nothing_and_obey_the_schema() -> None:
    odd: list[Any] = [None, 3, {"text": 1}, [None, {"text": 5}, {"text": "a"}], "\ud83d x"]
    usage = {"prompt_tokens": "many"}
    whole = document()
    whole["measurements"] = measurements(
        [asked(str(index), content, usage=usage) for index, content in enumerate(odd)], Setting()
    )
    assert departure(whole) is None
