"""Judges of the bytes of streams, on small streams made by hand."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from conformance import modes
from conformance.arrivals import Arrival
from conformance.exchange import Ending, Exchange
from conformance.probes.framing import LONG, SHORT
from tests.conformance import answers
from tests.conformance.answers import GOOD, chunk, completion, request
from tests.conformance.chapters.judging import accusers, found, labelled, opinion

NOW = int(time.time())
FRESH = [{**each, "created": NOW} if isinstance(each, dict) else each for each in GOOD]


def stream(payloads: list[Any] | None = None, **changes: Any) -> Exchange:
    return answers.streamed(FRESH if payloads is None else payloads, began=NOW, **changes)


def raw(body: bytes, **changes: Any) -> Exchange:
    return replace(stream(), body=body, arrivals=(Arrival(0, 0.1, 0),), **changes)


def spelled(end: str = "\n", space: str = " ") -> bytes:
    return answers.sse(FRESH, end, space)


EVENTS = [answers.sse([each]) for each in FRESH]
LEGAL = {
    "as it is": spelled(),
    "CR": spelled("\r"),
    "CRLF": spelled("\r\n"),
    "no space": spelled(space=""),
    "BOM": b"\xef\xbb\xbf" + spelled(),
    "comments": b": hello\n\n" + b":\n".join(EVENTS) + b": bye\n\n",
    "a comment at the end without a blank line": spelled() + b": bye\n",
    "ids and retry": b"retry: 10\n\n" + b"".join(b"id: 7\n" + event for event in EVENTS),
    "event message": b"".join(b"event: message\n" + event for event in EVENTS),
    "unknown fields first": b"trace: 7\nsource\n" + spelled(),
    "blank lines between": b"\n\n".join(EVENTS) + b"\n\n",
    "several data lines": spelled().replace(b', "model"', b'\ndata: , "model"'),
    "escaped": answers.sse([json.dumps(each) if each != "[DONE]" else each for each in FRESH]),
    "a block with an event name only": b"event: message\n\n" + spelled(),
}


@pytest.mark.parametrize("body", LEGAL.values(), ids=LEGAL)
def test_legal_server_sent_events_are_accused_of_nothing(body: bytes) -> None:
    assert accusers(raw(body), "framing", "stream") <= {"stream.id-prefix"}


CHUNKS = FRESH[:-1]
BROKEN = {
    "framing.blank-line": [
        spelled().replace(b"\n\n", b"\n"),
        EVENTS[0][:-1] + b"".join(EVENTS[1:]),
        b"".join(EVENTS[:-2]) + EVENTS[-2][:-1] + EVENTS[-1],
    ],
    "framing.last-block": [spelled()[:-1], spelled()[:-2], spelled("\r\n")[:-2]],
    "framing.data-json": [
        answers.sse(["ping", *FRESH]),
        answers.sse(["", *FRESH]),
        answers.sse(['{"a": NaN}', *FRESH]),
        answers.sse([json.dumps(FRESH[0]) * 2, *FRESH]),
        spelled(space=" data: "),
    ],
    "framing.comment-kept": [answers.sse([": PROCESSING", *FRESH])],
    "framing.sentinel-exact": [
        answers.sse([*CHUNKS, word]) for word in ('"[DONE]"', "[done]", "[DONE] ", "DONE")
    ],
    "framing.event-name": [b"event: delta\n" + spelled()],
    "framing.unique-names": [spelled().replace(b'{"id"', b'{"id": "", "id"', 1)],
    "framing.utf8": [spelled().replace(b"data", b": caf\xe9\ndata", 1)],
    "framing.whole-characters": [answers.sse([chunk({"content": "\ud83d"}, created=NOW)])],
}


@pytest.mark.parametrize(
    ("identity", "body"), [(name, body) for name, bodies in BROKEN.items() for body in bodies]
)
def test_one_flaw_of_the_bytes_is_found_under_one_name(identity: str, body: bytes) -> None:
    accused = accusers(raw(body), "framing")
    assert accused == {identity}


def test_a_finding_says_where_in_bytes() -> None:
    (finding,) = found("framing.data-json", raw(b"".join([EVENTS[0], b"data: {\n\n"])))
    start = len(EVENTS[0])
    assert f"event 1 (bytes {start} to {start + 9})" in finding.where
    assert "data: {" in finding.actual


HEADS: dict[str, dict[str, Any]] = {
    "framing.status": {"status": 201},
    "framing.media-type": {"headers": (("content-type", "application/x-ndjson"),)},
    "framing.media-type-present": {"headers": ()},
    "framing.charset": {"headers": (("content-type", "text/event-stream;charset=latin1"),)},
    "framing.no-length": {
        "headers": (("content-type", "text/event-stream"), ("Content-Length", "9"))
    },
    "framing.complete": {"ending": Ending.INCOMPLETE},
    "framing.chunks-legal": {"ending": Ending.MALFORMED},
    "framing.ends": {"ended_at": 9.0},
}


@pytest.mark.parametrize(("identity", "changes"), HEADS.items(), ids=HEADS)
def test_one_flaw_of_the_head_or_the_end_is_found_under_one_name(
    identity: str, changes: dict[str, Any]
) -> None:
    assert accusers(stream(**changes), "framing") == {identity}


@pytest.mark.parametrize(
    "label",
    [
        "text/event-stream",
        'Text/Event-Stream ; Charset="UTF-8"',
        "text/event-stream;charset=utf8",
        "text/event-stream; v=1",
    ],
)
def test_a_media_type_may_be_spelled_in_any_way(label: str) -> None:
    assert not accusers(stream(headers=(("content-type", label),)), "framing")


def test_a_stream_we_left_is_not_held_against_the_target() -> None:
    left = stream(FRESH[:3], ending=Ending.ABANDONED)
    assert not accusers(left, "framing", "stream") - {"stream.id-prefix"}


@pytest.mark.parametrize(
    "body", [json.dumps(completion()).encode(), b"", b"<html>", b'{"id":1}\n{"id":2}\n']
)
def test_an_answer_without_events_does_not_honour_a_stream(body: bytes) -> None:
    assert found("framing.stream-honoured", raw(body))


def test_a_refusal_honours_a_stream() -> None:
    assert not found("framing.stream-honoured", raw(b"{}", status=400))


@pytest.mark.parametrize(
    ("asked", "said"), [({"stream": None}, "null"), ({"stream": False}, "false"), ({}, "absent")]
)
def test_a_stream_that_nobody_asked_for_is_found(asked: dict[str, Any], said: str) -> None:
    findings, _ = opinion("framing.only-when-asked", [stream(request=request(**asked))])
    assert said in findings[0].expected
    whole = answers.exchange(json.dumps(completion()).encode(), request=request(**asked))
    assert opinion("framing.only-when-asked", [whole]) == ((), None)


def timed(label: str, count: int, times: list[tuple[float, int]]) -> Exchange:
    """A stream of texts whose events arrive at those times, in those chunks."""
    payloads = [chunk({"role": "assistant", "content": "x"})] * count
    made = answers.streamed(payloads)
    size = len(answers.sse(payloads[:1]))
    arrivals: dict[int, Arrival] = {}
    for place, (at, number) in enumerate(times):
        if number not in arrivals:
            arrivals[number] = Arrival(place * size, at, number)
    return labelled(replace(made, arrivals=tuple(arrivals.values())), label)


def conversation(short: float, *, per_chunk: int = 1, wait: float, gap: float, count: int = 60):
    asked = [timed(label, 1, [(short, 0)]) for label in SHORT]
    times = [(wait + (n // per_chunk) * gap, n // per_chunk) for n in range(count)]
    return [*asked, *(timed(label, count, times) for label in LONG)]


FLOWS = {
    "a flush an event": ({"short": 0.1, "wait": 0.1, "gap": 0.02}, False, False),
    "a fast server": ({"short": 0.001, "wait": 0.001, "gap": 0.0}, False, False),
    "a slow start": ({"short": 0.6, "wait": 0.6, "gap": 0.0}, False, False),
    "two events a chunk": (
        {"short": 0.1, "wait": 0.1, "gap": 0.0, "per_chunk": 2},
        False,
        False,
    ),
    "one chunk": ({"short": 0.0, "wait": 0.0, "gap": 0.0, "per_chunk": 99}, True, False),
    "chunks at the end": ({"short": 0.1, "wait": 2.0, "gap": 0.001}, True, False),
    "large blocks": ({"short": 0.1, "wait": 0.1, "gap": 0.1, "per_chunk": 20}, False, True),
    "one short answer": (
        {"short": 0.0, "wait": 0.0, "gap": 0.0, "per_chunk": 99, "count": 20},
        False,
        False,
    ),
}


@pytest.mark.parametrize(("flow", "held", "blocks"), FLOWS.values(), ids=FLOWS)
def test_a_buffer_is_told_by_chunks_first_and_time_second(
    flow: dict[str, Any], held: bool, blocks: bool
) -> None:
    exchanges = conversation(**flow)
    assert bool(opinion("framing.first-early", exchanges)[0]) is held
    assert bool(opinion("framing.events-apart", exchanges)[0]) is blocks


def echoed(text: str, name: str = "emoji") -> list[Exchange]:
    whole = completion()
    whole["choices"][0]["message"]["content"] = text
    payloads = [chunk({"role": "assistant", "content": text}), chunk(finish="stop"), "[DONE]"]
    plain = answers.exchange(json.dumps(whole).encode())
    return [labelled(plain, name), labelled(stream(payloads), f"{name}-streamed")]


def test_an_echo_with_replacement_characters_is_found_in_both_modes() -> None:
    broken = "".join(each if each.isascii() else "\ufffd\ufffd" for each in modes.EMOJI.text)
    assert opinion("framing.no-replacement", echoed(broken))[0]
    assert not opinion("framing.no-replacement", echoed(modes.EMOJI.text))[0]


def test_a_model_that_answers_something_else_has_not_lost_a_character() -> None:
    for text in ("I cannot do that.", "a cut emoji \ufffd", "sun fox sea sky star end"):
        assert not opinion("framing.no-replacement", echoed(text))[0]


def test_a_replacement_character_of_the_stream_alone_is_found() -> None:
    plain, _ = echoed("x \u2b50")
    _, streamed = echoed("x \ufffd")
    assert opinion("framing.no-replacement", [plain, streamed])[0]


def test_an_echo_in_mojibake_or_question_marks_is_found_and_a_plain_spelling_is_not() -> None:
    text = modes.ACCENTS.text
    for broken in (text.encode().decode("latin-1"), text.encode("ascii", "replace").decode()):
        assert opinion("framing.characters-kept", echoed(broken, "accents"))[0]
    for fine in (text, "naive cafe Zurich deja Angstrom strasse end", "Why? I will not."):
        assert not opinion("framing.characters-kept", echoed(fine, "accents"))[0]
