"""The recorder's own parts: counting events, and reasons fit to print."""

from __future__ import annotations

import ssl
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.exchange import Ending, Exchange, Request
from conformance.redaction import Secrets
from conformance.wire.recorder import (
    EventCounter,
    Finished,
    Recorder,
    in_our_words,
    printable,
    root_cause,
)
from conformance.wire.room import SMALL, Room
from conformance.wire.settings import Clock


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\ndata: b\n\n", 2),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", 2),
        (b"data: a\r\rdata: b\r\r", 2),
        (b"data: a\r\n\ndata: b\n\r\n", 2),
        (b": ping\n\n: ping\n\ndata: a\n\n", 1),
        (b": ping\ndata: a\ndata: b\n\n", 1),
        (b"\n\n\n\n", 0),
        (b"data: a\n", 0),
    ],
)
def test_blocks_that_a_blank_line_ends_are_counted_however_they_are_cut(
    stream: bytes, events: int
) -> None:
    assert EventCounter().feed(stream) == events
    singly = EventCounter()
    for offset in range(len(stream)):
        singly.feed(stream[offset : offset + 1])
    assert singly.count == events


@given(st.text(max_size=600))
def test_a_reason_is_one_short_printable_line(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) <= 300


def test_the_root_of_a_chain_of_exceptions_is_told_without_our_addresses() -> None:
    outer = OSError("all attempts failed for ('10.0.0.1', 80)")
    outer.__cause__ = ExceptionGroup("several", [ConnectionRefusedError(111, "x")])
    assert root_cause(outer) == "connection refused"
    assert root_cause(ssl.SSLError(1, "x")).startswith("TLS failed")
    assert root_cause(EOFError()) == "EOFError"


def test_what_the_library_says_of_its_insides_is_put_plainly() -> None:
    words = {
        "illegal status line: bytearray(b'a\\'b') (x)": "illegal status line: b'a\\'b' (x)",
        'illegal: bytearray(b"it\'s")': 'illegal: b"it\'s"',
        "illegal request line": "the answer does not begin as HTTP does",
        "bad Content-Length": "bad Content-Length",
    }
    assert {text: in_our_words(text) for text in words} == words


def test_times_come_from_the_clock_and_the_first_ending_stays() -> None:
    ticks = iter([10.0, 11.0, 11.5, 12.0, 12.0, 99.0, 99.0, 99.0])
    clock = Clock(wall=lambda: 1000.0, steady=lambda: next(ticks))
    recorder = Recorder(Request("a", "GET", "/"), Secrets({}), clock, total=60)
    recorder.sent()
    recorder.answer(200, "HTTP/1.1", [(b"A", b"b")])
    recorder.piece(b"x", 0)
    with pytest.raises(Finished):
        recorder.piece(b"y", 1)
    with pytest.raises(Finished):
        recorder.end(Ending.RESET)
    got = recorder.exchange(Ending.COMPLETE)
    assert (got.ending, got.began, got.headers_at) == (Ending.TIMEOUT, 1000.0, 0.5)
    assert got.arrivals[0].at == 1.0


def test_large_answers_share_the_room_of_a_run_and_small_ones_always_fit() -> None:
    room = Room(4 * SMALL)

    def answered(size: int, piece: int = 16_384) -> Exchange:
        recorder = Recorder(Request("a", "GET", "/"), Secrets({}), Clock(), 60, room)
        recorder.answer(200, "HTTP/1.1", [])
        with suppress(Finished):
            for _ in range(size // piece):
                recorder.piece(b"x" * piece)
            recorder.complete([])
        return recorder.exchange()

    whole = answered(4 * SMALL)
    assert (whole.ending, len(whole.body)) == (Ending.COMPLETE, 4 * SMALL)
    cut = answered(4 * SMALL)
    assert cut.ending is Ending.TOO_LARGE
    assert SMALL < len(cut.body) < 2 * SMALL
    assert cut.detail == "the answers of this run are too large together"
    for _ in range(20):
        assert answered(SMALL // 2).ending is Ending.COMPLETE
    assert answered(SMALL // 2, piece=4).ending is Ending.TOO_LARGE, "pieces take room too"
