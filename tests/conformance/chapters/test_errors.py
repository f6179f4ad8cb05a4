"""Judges of refusals, on small refusals made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.exchange import Exchange, Setting
from conformance.json_view import ABSENT
from conformance.malformed import flaw
from conformance.probes.request_types import IN_BOTH_MODES
from conformance.reading import Reading
from tests.conformance import answers
from tests.conformance.answers import completion, request
from tests.conformance.chapters.judging import JUDGES, accusers, found, labelled, opinion

GOOD = {"message": "It is too hot.", "type": "invalid_request_error", "param": None, "code": None}
PAGE = b"<html><body>Sorry</body></html>"


def refusal(status: int = 400, body: Any = None, **changes: Any) -> Exchange:
    value = {"error": GOOD} if body is None else body
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return answers.exchange(raw, status=status, **changes)


def error(status: int = 400, **parts: Any) -> Exchange:
    kept = {name: value for name, value in {**GOOD, **parts}.items() if value is not ABSENT}
    return refusal(status, {"error": kept})


LEGAL: dict[str, Exchange] = {
    "as it is": refusal(),
    "extra members": refusal(body={"error": {**GOOD, "x": 1}, "request_id": "7"}),
    "a field and a word": error(param="messages[0].content", code="invalid_value"),
    "problem json": refusal(headers=(("Content-Type", "application/problem+json"),)),
    "blanks around it": refusal(body=b"  " + json.dumps({"error": GOOD}).encode() + b"\n"),
    "another vendor's type": error(type="BadRequestError"),
}


@pytest.mark.parametrize("legal", LEGAL.values(), ids=LEGAL)
def test_a_legal_refusal_is_accused_of_nothing_outside_the_gateway(legal: Exchange) -> None:
    gateway_only = {"errors.type-right", "errors.code-right"}
    assert accusers(legal, "errors") <= gateway_only


BROKEN: dict[str, tuple[str, Exchange]] = {
    "a page": ("errors.json", refusal(body=PAGE)),
    "nothing": ("errors.json", refusal(body=b"")),
    "a text in quotes": ("errors.json", refusal(body="No.")),
    "an array": ("errors.json", refusal(body=[{"error": GOOD}])),
    "a page for an unknown path": ("errors.json", refusal(404, PAGE)),
    "a page for a method": ("errors.edge-envelope", refusal(405, PAGE)),
    "a page from the proxy": ("errors.edge-envelope", refusal(413, PAGE)),
    "an empty object for a media type": ("errors.edge-envelope", refusal(415, {})),
    "labelled as text": ("errors.media-type", refusal(headers=(("Content-Type", "text/plain"),))),
    "unlabelled": ("errors.media-type", refusal(headers=())),
    "a string": ("errors.object", refusal(body={"error": "No."})),
    "flat": ("errors.object", refusal(body={"object": "error", **GOOD})),
    "detail": ("errors.object", refusal(405, {"detail": "Method Not Allowed"})),
    "vendor": ("errors.object", refusal(body={"success": False, "errors": [{"message": "No."}]})),
    "null": ("errors.object", refusal(body={"error": None})),
    "an empty message": ("errors.message", error(message=" ")),
    "an error in an error": ("errors.message", refusal(body={"error": {"error": GOOD}})),
    "a message of parts": ("errors.message", error(message={"text": "No."})),
    "no type": ("errors.type", error(type=ABSENT)),
    "null as the type": ("errors.type", error(type=None)),
    "no param": ("errors.param", error(param=ABSENT)),
    "no code": ("errors.code", error(code=ABSENT)),
    "param 0": ("errors.param-text", error(param=0)),
    "code 400": ("errors.code-text", error(code=400)),
    "code '400'": ("errors.code-text", error(code="400")),
    "None in words": ("errors.no-none", error(param="None")),
    "null in words": ("errors.no-none", error(type="null")),
    "choices": ("errors.no-choices", refusal(body={"error": GOOD, "choices": []})),
    "another type": ("errors.type-right", error(type="api_error")),
    "another code": ("errors.code-right", error(code="bad")),
    "an error with 200": ("errors.not-200", refusal(200)),
    "a flat error with 200": ("errors.not-200", refusal(200, {"object": "error", **GOOD})),
}


@pytest.mark.parametrize(("identity", "broken"), BROKEN.values(), ids=BROKEN)
def test_a_broken_refusal_is_accused_by_the_judge_of_it(identity: str, broken: Exchange) -> None:
    assert found(identity, broken)


def test_one_peculiarity_hides_no_other() -> None:
    assert accusers(error(message="", code=ABSENT), "errors") >= {"errors.message", "errors.code"}
    assert "errors.object" not in accusers(refusal(body=PAGE), "errors")


def test_what_may_be_noise_is_not_held_against_anyone() -> None:
    for status in (408, 429, 500, 502, 503):
        assert not accusers(refusal(status, PAGE), "errors"), status
    asked = replace(request(), authorization="Bearer {failing_upstream}")
    assert "errors.json" in accusers(refusal(500, PAGE, request=asked), "errors")


def test_a_proxy_may_answer_what_is_no_legal_http_as_it_likes() -> None:
    lying = replace(request(), sending=replace(request().sending, content_length="7"))
    assert not accusers(refusal(400, b"Invalid HTTP request received.", request=lying), "errors")
    assert not accusers(refusal(431, b""), "errors")


def test_answers_to_head_have_no_body_to_judge() -> None:
    asked = replace(request(), method="HEAD")
    assert not accusers(refusal(404, b"", request=asked), "errors")


def bodied(body: Any) -> Exchange:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("Content-Type", "application/json"),)
    return refusal(request=replace(request(), body=raw, headers=headers))


USER = {"role": "user", "content": "hi"}
FLAWED: dict[str, Any] = {
    "cut": b'{"model": "',
    "empty": b"",
    "array": [],
    "no messages": {"model": "m"},
    "empty messages": {"messages": []},
    "messages text": {"messages": "hi"},
    "message text": {"messages": ["hi"]},
    "no role": {"messages": [{"content": "hi"}]},
    "role number": {"messages": [{"role": 1, "content": "hi"}]},
    "no content": {"messages": [{"role": "user"}]},
    "content number": {"messages": [{"role": "user", "content": 4}]},
    "model number": {"model": 7, "messages": [USER]},
    "temperature word": {"temperature": "hot", "messages": [USER]},
    "cap list": {"max_tokens": [1], "messages": [USER]},
    "stop number": {"stop": 5, "messages": [USER]},
    "stream word": {"stream": "maybe", "messages": [USER]},
}


@pytest.mark.parametrize("body", FLAWED.values(), ids=FLAWED)
def test_a_plain_flaw_is_told_from_the_bytes(body: Any) -> None:
    assert flaw(Reading(bodied(body)))


TAKEN: dict[str, Any] = {
    "ordinary": {"model": "m", "messages": [USER]},
    "a number in quotes": {"temperature": "0.5", "max_tokens": "5", "messages": [USER]},
    "no model": {"messages": [USER]},
    "nulls": {"model": None, "temperature": None, "stop": None, "messages": [USER]},
    "out of range": {"temperature": 9, "n": 0, "messages": [USER]},
    "an unknown role": {"messages": [{"role": "tool", "content": "x"}]},
    "a call without content": {"messages": [USER, {"role": "assistant", "tool_calls": []}]},
    "parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
    "a switch in words": {"stream": "yes", "messages": [USER]},
    "NaN": b'{"messages": [{"role": "user", "content": "x"}], "temperature": NaN}',
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_what_some_servers_take_in_good_faith_is_no_flaw(body: Any) -> None:
    assert not flaw(Reading(bodied(body)))


def test_a_malformed_request_that_is_answered_is_found() -> None:
    taken = replace(bodied(b"{"), status=200, body=json.dumps(completion()).encode())
    assert found("errors.malformed-not-2xx", taken)
    assert found("errors.status-400", replace(bodied(b"{"), status=422))
    assert not found("errors.status-400", replace(bodied({"temperature": 9}), status=401))


def test_5xx_counts_only_when_every_try_ended_so() -> None:
    working = Setting(capabilities={"chat": "effective"})
    judge = JUDGES["errors.client-fault-4xx"]
    first = replace(bodied(b"{"), status=500)
    assert not judge.where(Reading(first, working))  # type: ignore[union-attr]
    last = Reading(replace(first, attempt=4), working)
    assert list(judge.judge(last))  # type: ignore[arg-type]
    assert not list(judge.judge(Reading(last.exchange, Setting())))  # type: ignore[arg-type]


def talk(plain: int, streamed: int, body: bytes | None = None) -> list[Exchange]:
    flawed = replace(bodied({"messages": "hi"}), status=plain)
    twin = refusal(streamed) if body is None else refusal(streamed, body)
    ok = answers.exchange(json.dumps(completion()).encode())
    return [
        *(labelled(flawed, label) for label in IN_BOTH_MODES),
        *(labelled(twin, f"{label}-streamed") for label in IN_BOTH_MODES),
        labelled(ok, "plain"),
    ]


def test_streams_are_refused_like_everything_else() -> None:
    assert opinion("errors.stream-refused", talk(400, 200, b"data: {}\n\n"))[0]
    assert opinion("errors.stream-same-status", talk(400, 422))[0]
    for identity in ("errors.stream-refused", "errors.stream-same-status"):
        assert not opinion(identity, talk(400, 400))[0]
        assert not opinion(identity, talk(422, 422))[0]


def test_malformed_requests_are_nobodys_key_or_rate() -> None:
    assert opinion("errors.own-fault", talk(401, 401))[0]
    assert opinion("errors.own-fault", talk(429, 429))[0]
    assert not opinion("errors.own-fault", talk(422, 422))[0]


def test_a_single_429_is_not_taken_for_a_habit() -> None:
    exchanges = talk(400, 400)
    noisy = [
        replace(each, status=429) if each.request.label == IN_BOTH_MODES[0] else each
        for each in exchanges
    ]
    assert not opinion("errors.own-fault", noisy)[0]


@pytest.mark.parametrize(
    ("statuses", "stable"),
    [
        ([400] * 8, True),
        ([400, 503, 400, 429, 400, 500, 400, 400], True),
        ([400, 422] * 4, False),
        ([400, 500] * 4, False),
        ([500] * 8, True),
    ],
)
def test_the_same_request_gets_the_same_status(statuses: list[int], stable: bool) -> None:
    exchanges = [labelled(refusal(one), f"again-{place}") for place, one in enumerate(statuses)]
    assert bool(opinion("errors.stable", exchanges)[0]) is not stable


def upstream(status: int, **parts: Any) -> list[Exchange]:
    return [labelled(error(status, **parts), label) for label in ("plain", "streamed")]


def test_an_engine_that_fails_is_no_answer() -> None:
    empty = completion(choices=[{"index": 0, "message": {"role": "assistant", "content": ""}}])
    told = labelled(answers.exchange(json.dumps(empty).encode()), "plain")
    assert opinion("errors.upstream-refused", [told])[0]
    assert not opinion("errors.upstream-refused", upstream(502))[0]


def test_a_stream_may_begin_and_then_tell_the_failure_but_not_end_well() -> None:
    event = b'data: {"error":{"message":"It failed.","type":"server_error"}}\n\n'
    for body, accused in ((event, False), (event + b"data: [DONE]\n\n", True)):
        streamed = answers.exchange(body, "text/event-stream", request=request(stream=True))
        talked = [upstream(500)[0], labelled(streamed, "streamed")]
        assert bool(opinion("errors.upstream-refused", talked)[0]) is accused


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_failing_engine_is_500_or_what_counts_as_equal(status: int) -> None:
    assert not opinion("errors.upstream-500", upstream(status))[0]


def test_names_of_the_inside_do_not_leave_it() -> None:
    for words in ("http://10.1.2.3/run", "said 5006: no", "Traceback", "from 192.168.0.7"):
        assert opinion("errors.upstream-own-words", upstream(500, message=words))[0], words
    for words in ("The engine failed; try again in 1 second.", "upstream_error 500"):
        assert not opinion("errors.upstream-own-words", upstream(500, message=words))[0], words
