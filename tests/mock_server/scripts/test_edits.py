"""Edits: bytes are cut, stalled, doubled, dropped, halved and added at exact places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.mock_server.driving import Answer, Transport, ask, body
from tests.mock_server.scripts.playing import events, play

STREAM = body(stream=True, stream_options={"include_usage": True})


def edited(tmp_path: Path, reply: str, sent: Any = STREAM, **more: Any) -> tuple[Answer, Answer]:
    """An untouched answer, and the same one as a reply changes it."""
    app = play(tmp_path, f"[[steps]]\nreply = {{}}\nthen = [{{ {reply} }}]")
    return ask(app, sent), ask(app, sent, **more)


def shapes(answer: Answer) -> list[str]:
    """What each event of a stream does."""
    found = []
    for event in events(answer):
        data = event.removeprefix(b"data: ")
        if data == b"[DONE]":
            found.append("done")
            continue
        try:
            chunk = json.loads(data)
        except json.JSONDecodeError:
            found.append("broken")
            continue
        if "error" in chunk:
            found.append(f"error {chunk['error']['code']}")
        elif chunk.get("usage"):
            found.append("usage")
        elif chunk["choices"][0]["finish_reason"]:
            found.append("finish")
        else:
            delta = chunk["choices"][0]["delta"]
            found.append("role" if "role" in delta else delta["content"].strip())
    return found


PLAIN = ["role", *map(str, range(1, 11)), "finish", "usage", "done"]


def test_an_answer_without_edits_has_the_events_that_positions_count(tmp_path: Path) -> None:
    assert shapes(edited(tmp_path, "")[1]) == PLAIN


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("drop = 'done'", PLAIN[:-1]),
        ("drop = ['usage', 'finish']", [*PLAIN[:-3], "done"]),
        ("drop = ['role', 3]", ["1", *PLAIN[3:]]),
        ("duplicate = 3", [*PLAIN[:3], "2", *PLAIN[3:]]),
        ("duplicate = ['done', 'finish']", [*PLAIN[:-2], "finish", "usage", "done", "done"]),
        ("halve = 4", [*PLAIN[:3], "broken", *PLAIN[4:]]),
        ("halve = 'finish'", [*PLAIN[:11], "broken", *PLAIN[12:]]),
        ("error = {event = 4}", [*PLAIN[:4], "error upstream_error"]),
        ("error = {event = 0, code = 'overloaded'}", ["error overloaded"]),
        ("insert = {event = 2, data = '{}'}", None),
        ("cut = {event = 3, how = 'end'}", PLAIN[:3]),
        ("cut = {event = 0, how = 'end'}", []),
    ],
)
def test_events_are_changed_at_exact_places(
    tmp_path: Path, reply: str, expected: list[str] | None
) -> None:
    before, after = edited(tmp_path, reply)
    if expected is None:
        assert events(after)[2] == b"data: {}"
        assert len(events(after)) == len(events(before)) + 1
        return
    assert shapes(after) == expected
    assert after.ended


def test_an_error_event_says_what_the_script_says(tmp_path: Path) -> None:
    _, after = edited(
        tmp_path, "error = {event = 1, code = 'x', type = 'y', message = 'z'}", body(stream=True)
    )
    last = json.loads(events(after)[-1].removeprefix(b"data: "))
    assert last == {"error": {"message": "z", "type": "y", "param": None, "code": "x"}}


@pytest.mark.parametrize("event", range(1, 15))
@pytest.mark.parametrize("byte", [1, 17, 10_000, None])
def test_a_stream_is_cut_after_any_byte_of_any_event(
    tmp_path: Path, event: int, byte: int | None
) -> None:
    place = f"event = {event}" + (f", byte = {byte}" if byte else "")
    transport = Transport()
    before, after = edited(tmp_path, f"cut = {{ {place} }}", transport=transport)
    whole = before.writes[event - 1]
    assert after.body == _aligned(before, after, event, min(byte or len(whole), len(whole)))
    assert transport.closed
    assert not after.ended


def _aligned(before: Answer, after: Answer, event: int, byte: int) -> bytes:
    # Ids differ from answer to answer, but not in length.
    sizes = [len(write) for write in before.writes[: event - 1]]
    expected = sum(sizes) + byte
    assert len(after.body) == expected
    return after.body[:expected]


def test_a_byte_without_an_event_counts_from_the_start_of_the_body(tmp_path: Path) -> None:
    for byte in (1, 500, 1000):
        transport = Transport()
        _, after = edited(tmp_path, f"cut = {{byte = {byte}, how = 'reset'}}", transport=transport)
        assert len(after.body) == byte
        assert transport.closed


@pytest.mark.parametrize(
    ("cut", "size", "ended"),
    [
        ("cut = {event = 5, byte = 100}", 100, False),
        ("cut = {event = 5}", None, False),
        ("cut = {byte = 100, how = 'end'}", 100, True),
        ("halve = 1", None, True),
        ("cut = {byte = 1000000}", 0, False),
    ],
)
def test_an_answer_in_one_piece_is_cut_in_its_body(
    tmp_path: Path, cut: str, size: int | None, ended: bool
) -> None:
    before, after = edited(tmp_path, cut, body())
    expected = len(before.body) if size == 0 else size or len(before.body) // 2
    assert len(after.body) == expected
    assert after.ended is ended
    if ended:
        assert int(after.headers["content-length"]) == expected


def test_what_only_streams_have_leaves_an_answer_in_one_piece_alone(tmp_path: Path) -> None:
    before, after = edited(tmp_path, "drop = 'done', duplicate = 2, error = {event = 1}", body())
    assert before.document["choices"] == after.document["choices"]


def stalled(tmp_path: Path, reply: str, sent: Any) -> tuple[list[float], Answer]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += round(seconds * 10**9)

    now = [1_800_000_000 * 10**9]
    app = play(tmp_path, f"[[steps]]\nreply = {{ {reply} }}", clock=lambda: now[0], sleep=sleep)
    return slept, ask(app, sent)


def test_a_stall_is_silence_and_everything_after_it_comes_later(tmp_path: Path) -> None:
    slept, answer = stalled(
        tmp_path,
        "stall = [{event = 3, for = '2s'}, {event = 5, byte = 9, for = 40}],"
        " pace = {between_tokens = '100ms', keep_alive = '1s'}",
        body(stream=True, max_tokens=5),
    )
    assert b"keep-alive" not in answer.body
    assert slept == [0.1, 2, 0.1, 0.1, 40, pytest.approx(0.1)]
    assert [len(write) for write in answer.writes if len(write) == 9] == [9]
    assert shapes(answer)[-2:] == ["finish", "done"]


def test_a_stall_needs_no_pace_and_acts_on_an_answer_in_one_piece(tmp_path: Path) -> None:
    slept, answer = stalled(tmp_path, "stall = {byte = 10, for = '3s'}", body())
    assert slept == [3]
    assert len(answer.writes[0]) == 10
    assert answer.document["object"] == "chat.completion"
    slept, answer = stalled(tmp_path, "stall = {for = 2}", body(stream=True))
    assert (slept, shapes(answer)[0]) == ([2], "role")


def test_edits_go_together_with_faults_and_variants(tmp_path: Path) -> None:
    _, after = edited(
        tmp_path,
        "duplicate = 2, variant = 'crlf', fault = 'stream.done-present'",
        body(stream=True),
    )
    assert after.body.count(b'"content":"1 "') == 2
    assert b"\r\n\r\n" in after.body
    assert b"[DONE]" not in after.body
