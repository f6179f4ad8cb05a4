"""Rows of a stream: byte offsets and the time of the dispatching byte."""

from __future__ import annotations

from conformance.arrivals import Arrival
from conformance.exchange import Ending, Exchange, Request
from conformance.streamed import LONGEST_DATA, MOST_EVENTS, arrived, event_rows

REQUEST = Request("stream", "POST", "/chat/completions")


def streamed(body: bytes, arrivals: tuple[Arrival, ...] = ()) -> Exchange:
    headers = (("Content-Type", "text/event-stream"),)
    return Exchange(
        REQUEST, Ending.COMPLETE, status=200, headers=headers, body=body, arrivals=arrivals
    )


def test_an_event_has_the_time_at_which_its_last_byte_came() -> None:
    arrivals = (Arrival(0, 0.1), Arrival(4, 0.2), Arrival(10, 0.3))
    rows = event_rows(streamed(b"data: a\n\ndata: b\n\n", arrivals))["rows"]
    assert [(row["start"], row["end"], row["at"]) for row in rows] == [(0, 9, 0.2), (9, 18, 0.3)]


def test_a_long_stream_is_counted_and_cut() -> None:
    rows = event_rows(streamed(b"data: a\n\n" * (MOST_EVENTS + 7)))
    assert rows["count"] == MOST_EVENTS + 7
    assert len(rows["rows"]) == MOST_EVENTS


def test_long_data_is_cut_and_the_rest_counted() -> None:
    row = event_rows(streamed(b"data: " + b"x" * 1000 + b"\n\n"))["rows"][0]
    assert (len(row["data"]), row["cut"]) == (LONGEST_DATA, 1000 - LONGEST_DATA)


def test_an_answer_that_is_no_stream_has_no_rows() -> None:
    exchange = Exchange(REQUEST, Ending.COMPLETE, status=200, body=b'{"a": 1}')
    assert event_rows(exchange) == {"count": 0, "rows": []}


def test_a_byte_without_a_recorded_arrival_has_no_time() -> None:
    assert arrived((), 5) is None
    assert arrived((Arrival(3, 0.5),), 2) is None
