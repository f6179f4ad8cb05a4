"""Drift: what changed is told apart from what is new every time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_server.recording.drift import drift
from mock_server.recording.fixture import Fixture
from tests.mock_server.driving import ask, body, mock
from tests.mock_server.recording.fixtures import STREAM, answered, asked, fixture

GREEDY = asked(body(temperature=0))
SAMPLED = asked(body())


def saying(document: Any, request: Any = GREEDY, **more: Any) -> Fixture:
    return fixture(request, **answered(json.dumps(document), **more))


def streaming(*events: Any, done: bool = True, request: Any = GREEDY) -> Fixture:
    parts = [f"data: {json.dumps(event)}\n\n" for event in events]
    return fixture(request, **answered(*parts, "data: [DONE]\n\n" * done, label=STREAM))


def completion(**members: Any) -> dict[str, Any]:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": "Hi.", "refusal": None},
        "finish_reason": "stop",
    }
    usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
    whole = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "m"}
    return {**whole, "choices": [choice], "usage": usage, **members}


def told(recorded: Fixture, now: Fixture) -> list[tuple[str, str]]:
    return [(one.place, str(one.kind)) for one in drift(recorded, now)]


def test_the_same_answer_has_no_difference() -> None:
    assert drift(saying(completion()), saying(completion())) == []


def test_what_is_new_every_time_is_no_drift() -> None:
    now = completion(id="c-2", created=2, system_fingerprint="x")
    now["choices"][0]["message"] = {"role": "assistant", "content": "Bye.", "refusal": None}
    now["usage"] = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}
    found = drift(saying(completion(system_fingerprint="y")), saying(now))
    assert {one.place for one in found} == {
        "id",
        "created",
        "system_fingerprint",
        "choices[].message.content",
        "usage.completion_tokens",
        "usage.total_tokens",
    }
    assert not any(one.kind.drift for one in found)


@pytest.mark.parametrize(
    ("change", "place", "kind"),
    [
        (lambda d: d.pop("usage"), "usage", "gone"),
        (lambda d: d.update(extra={"deep": {"er": 1}}), "extra", "new"),
        (lambda d: d.update(created="2026"), "created", "type"),
        (lambda d: d.update(object="completion"), "object", "value"),
        (lambda d: d.update(model="n"), "model", "value"),
        (lambda d: d["usage"].update(prompt_tokens=11), "usage.prompt_tokens", "value"),
        (lambda d: d["choices"][0].update(finish_reason="end"), "choices[].finish_reason", "value"),
        (lambda d: d["choices"][0]["message"].pop("refusal"), "choices[].message.refusal", "gone"),
        (
            lambda d: d["choices"][0]["message"].update(content=None),
            "choices[].message.content",
            "type",
        ),
        (
            lambda d: d["choices"][0]["message"].update(role="bot"),
            "choices[].message.role",
            "value",
        ),
    ],
)
def test_what_changed_is_drift_and_told_once(change: Any, place: str, kind: str) -> None:
    now = completion()
    change(now)
    assert told(saying(completion()), saying(now)) == [(place, kind)]


def test_only_a_greedy_text_fixes_how_it_ends() -> None:
    now = completion()
    now["choices"][0]["finish_reason"] = "length"
    place = "choices[].finish_reason"
    assert told(saying(completion()), saying(now)) == [(place, "value")]
    assert told(saying(completion(), SAMPLED), saying(now, SAMPLED)) == [(place, "may differ")]


def test_status_and_media_type_are_told_before_any_body() -> None:
    error = {"error": {"message": "x"}}
    now = saying(error, status=400, label="application/problem+json")
    assert told(saying(completion()), now) == [("content-type", "value"), ("status", "value")]


def test_an_errors_words_are_free_and_its_code_is_not() -> None:
    one = {"error": {"message": "a", "type": "t", "param": None, "code": "c"}}
    other = {"error": {"message": "b", "type": "t", "param": None, "code": "d"}}
    found = told(saying(one, status=400), saying(other, status=400))
    assert found == [("error.code", "value"), ("error.message", "may differ")]


def test_headers_that_clients_read_are_missed() -> None:
    before = saying(completion(), x_ratelimit_limit_requests="9", x_request_id="a", server="b")
    now = saying(completion(), x_request_id="c", retry_after="1")
    assert told(before, now) == [
        ("header retry-after", "new"),
        ("header x-ratelimit-limit-requests", "gone"),
    ]


def chunk(delta: Any, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "choices": [choice]}


def test_streams_are_compared_by_what_all_their_events_say() -> None:
    role, end = chunk({"role": "assistant"}), chunk({}, "stop")
    before = streaming(role, chunk({"content": "Hi"}), chunk({"content": "."}), end)
    fewer = streaming(role, chunk({"content": "Bye."}), end)
    assert told(before, fewer) == [("choices[].delta.content", "may differ")]
    undone = streaming(role, chunk({"content": "Hi"}), end, done=False)
    assert ("[DONE]", "value") in told(before, undone)
    roleless = streaming(chunk({"content": "Hi."}), end)
    assert ("choices[].delta.role", "gone") in told(before, roleless)


def test_events_with_names_are_news() -> None:
    named = fixture(GREEDY, **answered('event: x\ndata: {"a":1}\n\n', label=STREAM))
    plain = fixture(GREEDY, **answered('data: {"a":1}\n\n', label=STREAM))
    assert told(plain, named)[0] == ("event field event", "new")


def test_a_body_that_is_no_json_any_more_is_told() -> None:
    now = fixture(GREEDY, **answered("<html>"))
    assert ("body", "type") in told(saying(completion()), now)


def test_our_own_mock_does_not_drift_from_itself() -> None:
    def answer(**members: Any) -> Fixture:
        app = mock(engine=None)
        got = ask(app, body(**members))
        label = got.headers["content-type"]
        return fixture(asked(body(**members)), **answered(*got.writes, label=label))

    for members in ({}, {"stream": True}, {"temperature": 9}):
        assert not any(one.kind.drift for one in drift(answer(**members), answer(**members)))
