"""Reducing: smaller in one way each, and always towards the shortest that still shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from conformance.exchange import Manner, Request, Sending
from conformance.fuzz.reducing import reductions

ORDINARY = (("Content-Type", "application/json"),)


def request(body: bytes) -> Request:
    return Request("case-000001", "POST", "/chat/completions", ORDINARY, body)


def shrunk(first: Request, shows: Callable[[Request], bool]) -> Request:
    """Return what is left when every reduction that still shows it is taken."""
    smaller: Request | None = first
    while smaller is not None:
        first = smaller
        smaller = next((each for each in reductions(first) if shows(each)), None)
    return first


def fields(each: Request) -> dict[str, Any]:
    try:
        body = json.loads(each.body or b"")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


BODY = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Tell me a long story.", "name": "alice"},
        {"role": "assistant", "content": "Once."},
        {"role": "user", "content": "Go on \N{WATER WAVE}."},
    ],
    "temperature": 1.25,
    "stop": ["a", "b"],
    "metadata": {"run": "7"},
    "stream": True,
}


def test_only_the_parameter_that_matters_is_left() -> None:
    left = shrunk(request(json.dumps(BODY).encode()), lambda each: "stop" in fields(each))
    assert left.body == b'{"stop":[]}'


def test_only_the_character_that_matters_is_left() -> None:
    def shows(each: Request) -> bool:
        return "\N{WATER WAVE}".encode() in (each.body or b"") and "messages" in fields(each)

    left = shrunk(request(json.dumps(BODY, ensure_ascii=False).encode()), shows)
    assert "\N{WATER WAVE}" in str(fields(left))
    assert len(left.body or b"") <= 40


def test_two_turns_that_matter_are_kept() -> None:
    def shows(each: Request) -> bool:
        turns = fields(each).get("messages")
        return isinstance(turns, list) and len(turns) >= 2

    assert len(shrunk(request(json.dumps(BODY).encode()), shows).body or b"") < 40


def test_bytes_that_are_no_json_are_cut_down_too() -> None:
    left = shrunk(request(b'{"model":"m","messages":[{"role":"user"'), lambda each: bool(each.body))
    assert len(left.body or b"") == 1


def test_odd_headers_framing_and_manner_are_dropped_first() -> None:
    odd = Request(
        "case-000001", "POST", "/chat/completions", (*ORDINARY, ("X-A", "b")), b"{}",
        sending=Sending(chunks=(1,)), manner=Manner(pause=1.0),
    )  # fmt: skip
    left = shrunk(odd, lambda each: True)
    assert (left.headers, left.sending, left.manner) == (ORDINARY, Sending(), Manner())


def test_each_step_is_smaller_in_bytes() -> None:
    first = request(json.dumps(BODY).encode())
    assert all(len(each.body or b"") < len(first.body or b"") for each in reductions(first))
