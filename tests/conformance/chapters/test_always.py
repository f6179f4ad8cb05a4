"""What must hold of every answer: findings where it does not, none where it does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance import forge
from conformance.chapters import always as chapter
from conformance.exchange import Ending, Exchange, Sending, Setting
from conformance.probes.always import PLACES
from conformance.verdict import NotApplicable
from tests.conformance.answers import chunk, completion, exchange, request, streamed
from tests.conformance.chapters.judging import accusers, found, labelled, opinion

MODEL = "google/gemma-7b-it-lora"
TRACE = 'Traceback (most recent call last):\n  File "a.py", line 3, in b'


def answer(**changes: Any) -> Exchange:
    return exchange(json.dumps(completion(model=MODEL, **changes)).encode())


def said(text: str) -> Exchange:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
    }
    return answer(choices=[choice])


def refused(message: str, **changes: Any) -> Exchange:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return exchange(json.dumps({"error": error}).encode(), status=400, **changes)


def test_good_answers_of_both_modes_are_accused_of_nothing() -> None:
    assert chapter.__doc__
    stream = [
        chunk({"role": "assistant", "content": ""}, model=MODEL),
        chunk({"content": "Hé"}, model=MODEL),
        chunk(finish="stop", model=MODEL),
        "[DONE]",
    ]
    for one in (answer(), streamed(stream), refused("No such field.")):
        assert accusers(one, "always") == set()


@pytest.mark.parametrize(
    ("identity", "one"),
    [
        ("always.status-declared", replace(refused("No."), status=422)),
        ("always.media-type-declared", forge.with_header(answer(), "Content-Type", "text/plain")),
        ("always.schema", answer(created="2024-04-02")),
        ("always.schema", streamed([chunk({"content": 5}, model=MODEL), "[DONE]"])),
        ("always.no-stack-trace", refused(TRACE)),
        ("always.no-host-path", refused("cannot read /srv/gateway/schema.json")),
        ("always.no-vendor-mark", refused("AiError: 5006")),
        ("always.no-template-mark", said("Hi<end_of_turn>")),
        ("always.no-template-mark", said("model\nHi")),
        ("always.no-tokenizer-mark", said("one<0x0A>two")),
        ("always.no-key", forge.with_added_header(answer(), "x-debug", "[K:valid~~~~]")),
        ("always.strict-json", exchange(b'{"latency":NaN}')),
        ("always.strict-json", exchange(b'{"id":1,"id":2}')),
        ("always.utf8", exchange(b'{"place":"Z\xfcrich"}')),
        ("always.no-lone-surrogate", exchange(b'{"mood":"\\ud83c"}')),
        ("always.json-or-events", exchange(b"<html><h1>Oops</h1></html>", "text/html")),
        ("always.http", replace(answer(), ending=Ending.MALFORMED, status=None)),
        ("always.complete", replace(answer(), ending=Ending.INCOMPLETE, attempt=4)),
        ("always.answered", replace(answer(), ending=Ending.RESET, status=None, attempt=4)),
    ],
)
def test_each_departure_is_found_by_its_judge(identity: str, one: Exchange) -> None:
    assert found(identity, one)


PREFLIGHT = replace(request(), method="OPTIONS", body=b"")


@pytest.mark.parametrize(
    ("identity", "one"),
    [
        ("always.complete", replace(answer(), ending=Ending.INCOMPLETE)),
        ("always.answered", replace(answer(), ending=Ending.RESET, status=None)),
        ("always.complete", replace(answer(), ending=Ending.ABANDONED)),
        ("always.json-or-events", exchange(b"foo: bar\n\n", "text/event-stream")),
        ("always.json-or-events", exchange(b"OK", "text/plain", request=PREFLIGHT)),
        ("always.no-vendor-mark", refused("No.", headers=(("server", "cloudflare"),))),
        ("always.no-key", forge.with_added_header(answer(), "x-debug", "sk-a...ck")),
    ],
)
def test_what_may_be_noise_or_dress_is_not_held_against_a_server(
    identity: str, one: Exchange
) -> None:
    assert found(identity, one) == ()


def test_a_request_that_lies_about_its_length_may_be_left_without_an_answer() -> None:
    lying = replace(request(), sending=Sending(content_length="9999"))
    silent = replace(answer(), request=lying, status=None, ending=Ending.TIMEOUT, attempt=2)
    assert found("always.answered", silent) == ()


def test_what_the_request_held_may_come_back() -> None:
    asked = request(messages=[{"role": "user", "content": "Repeat <end_of_turn>"}])
    assert found("always.no-template-mark", replace(said("<end_of_turn>"), request=asked)) == ()
    half = replace(request(), body=b'{"messages":[{"content":"\\ud83c"}]}')
    echoed = replace(exchange(b'{"echo":"\\ud83c"}'), request=half)
    assert found("always.no-lone-surrogate", echoed) == ()


def test_a_model_that_is_called_by_its_path_may_be_called_so() -> None:
    leaking = refused("no adapter in /srv/models/small")
    assert found("always.no-host-path", leaking)
    assert found("always.no-host-path", leaking, Setting(model="/srv/models/small")) == ()


def overlapping(texts: dict[str, str]) -> list[Exchange]:
    return [labelled(said(text), label) for label, text in texts.items()]


def test_an_answer_with_the_numbers_of_another_request_is_mixed_up() -> None:
    texts = {f"alone-{place}": f"{place}00 {place}01" for place in PLACES}
    texts |= {f"whole-{place}": f"{place}00 {place}01" for place in PLACES}
    assert opinion("always.overlap", overlapping(texts)) == ((), None)
    texts[f"whole-{PLACES[0]}"] = f"{PLACES[0]}00 {PLACES[1]}01"
    assert opinion("always.overlap", overlapping(texts))[0]


def test_a_server_with_one_answer_for_everything_cannot_mix_up() -> None:
    texts = {f"alone-{place}": "Hello." for place in PLACES}
    findings, undecided = opinion("always.overlap", overlapping(texts))
    assert findings == ()
    assert isinstance(undecided, NotApplicable)
