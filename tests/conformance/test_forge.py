"""Forgeries: one thing wrong, all else as it was."""

import gzip
import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import forge
from conformance.arrivals import Arrival
from conformance.exchange import Ending, Exchange
from conformance.reading import Reading
from tests.conformance import answers


def consistent(exchange: Exchange) -> bool:
    starts = [arrival.start for arrival in exchange.arrivals]
    return (
        all(a < b for a, b in pairwise(starts))
        and (not exchange.body or starts[0] == 0)
        and all(start < len(exchange.body) for start in starts)
    )


def test_status_ending_and_headers_are_replaced() -> None:
    good = answers.exchange(b"{}", headers=(("A", "1"), ("B", "2"), ("a", "3")))
    assert forge.with_status(good, 500).status == 500
    assert forge.with_ending(good, Ending.RESET, "gone").detail == "gone"
    assert forge.with_header(good, "a", "9").headers == (("A", "9"), ("B", "2"))
    assert forge.with_header(good, "C", "9").headers[-1] == ("C", "9")
    assert forge.with_added_header(good, "A", "9").headers[-1] == ("A", "9")
    assert forge.without_header(good, "A").headers == (("B", "2"),)


def test_a_request_is_edited_in_place_or_anew() -> None:
    good = answers.streamed()
    asked = Reading(forge.with_request_json(good, lambda body: body.update(n=2)))
    assert (asked.asked("n"), asked.asked("stream")) == (2, True)
    assert Reading(forge.with_request_json(good, lambda body: [1])).request_json.value == [1]


def test_a_json_body_is_edited_in_its_own_style() -> None:
    good = answers.exchange(json.dumps(answers.completion()).encode())
    forged = forge.with_json(good, lambda body: body.update(id=""))
    assert forged.body == good.body.replace(b'"chatcmpl-1"', b'""')
    tight = answers.exchange(json.dumps(answers.completion(), separators=(",", ":")).encode())
    same = forge.with_json(tight, lambda body: None)
    assert same.body == tight.body


def test_a_content_length_stays_true() -> None:
    good = answers.exchange(b'{"a": 1}', headers=(("content-length", "8"),))
    forged = forge.with_json(good, lambda body: body.update(a=1000))
    assert dict(forged.headers) == {"content-length": "11"}


@pytest.mark.parametrize(("end", "space"), [("\n", " "), ("\r\n", ""), ("\r", " ")])
def test_chunks_are_edited_in_the_style_of_the_stream(end, space) -> None:
    body = b": hi" + end.encode() * 2 + answers.sse(answers.GOOD, end, space)
    good = answers.exchange(body, "text/event-stream", arrivals=(Arrival(0, 0.1),))

    def shout(payloads) -> None:
        payloads[1]["choices"][0]["delta"]["content"] = "HÉ"

    forged = forge.with_chunks(good, shout)
    expected = [*answers.GOOD[:1], answers.chunk({"content": "HÉ"}), *answers.GOOD[2:]]
    assert forged.body == b": hi" + end.encode() * 2 + answers.sse(expected, end, space)
    assert forge.with_chunks(good, lambda payloads: None) == good


def test_times_move_with_the_events_they_belong_to() -> None:
    good = answers.streamed()
    forged = forge.without_event(good, 1)
    assert Reading(forged).timing.times == (0.1, 0.3, 0.4, 0.5, 0.6)
    assert Reading(forged).text_of() == "!"
    longer = forge.at_chunk(good, 0, lambda payload: payload.update(note="x" * 50))
    assert Reading(longer).timing.times == Reading(good).timing.times
    assert Reading(longer).timing.chunks == (0, 1, 2, 3, 4, 5)
    more = forge.with_event(good, 2, answers.chunk({"content": "?"}))
    assert Reading(more).timing.times == (0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6)
    assert Reading(more).text_of() == "Hé?!"
    assert all(consistent(exchange) for exchange in (forged, longer, more))


def test_events_come_and_go_at_either_end() -> None:
    good = answers.streamed()
    assert Reading(forge.without_event(good, -1)).stream.sentinels == ()
    assert Reading(forge.with_event(good, 6, "[DONE]")).stream.sentinels == (5, 6)
    first = forge.with_event(good, 0, {"x": 1})
    assert Reading(first).stream.chunks[0].value == {"x": 1}
    assert consistent(first)
    assert Reading(forge.with_repeated_event(good, -1)).stream.after_sentinel == (6,)
    assert Reading(forge.with_chunks(good, lambda payloads: [])).exchange.body == b""


def test_every_chunk_may_be_edited_at_once() -> None:
    forged = forge.each_chunk(answers.streamed(), lambda payload: payload.pop("id"))
    reading = Reading(forged)
    assert reading.stream.ids == ()
    assert reading.stream.sentinels == (5,)


def test_events_may_change_places() -> None:
    good = answers.streamed()
    forged = forge.with_chunks(good, lambda payloads: [*payloads[:4], payloads[5], payloads[4]])
    assert Reading(forged).stream.after_sentinel == (5,)
    assert consistent(forged)


def test_bytes_are_replaced_where_they_stand() -> None:
    good = answers.streamed()
    forged = forge.with_bytes(good, b"chatcmpl-1", b"x", count=1)
    assert [seen.value for seen in Reading(forged).stream.ids] == ["x", *["chatcmpl-1"] * 4]
    assert b"chatcmpl" not in forge.with_bytes(good, b"chatcmpl-1", b"longer than before").body
    assert forge.with_bytes(good, b"", b"x") == good


def test_a_coded_body_is_forged_plain() -> None:
    headers = (("Content-Encoding", "gzip"), ("Content-Length", "1"))
    good = answers.exchange(gzip.compress(b'{"a": 1}'), headers=headers)
    forged = forge.with_json(good, lambda body: body.update(a=2))
    assert (forged.body, dict(forged.headers)) == (b'{"a": 2}', {"Content-Length": "8"})


def test_a_cut_and_a_late_stream_keep_their_bytes() -> None:
    good = answers.streamed()
    short = forge.cut(good, len(good.body) - 3)
    assert (short.ending, consistent(short)) == (Ending.INCOMPLETE, True)
    late = Reading(forge.all_at_once(good))
    assert late.exchange.body == good.body
    assert late.timing.times == (1.0,) * 6
    assert late.timing.per_chunk == {0: 6}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60), st.sets(st.integers(0, 59)))
def test_any_body_can_take_the_place_of_any_other(old, new, starts) -> None:
    places = sorted(start for start in starts | {0} if start < len(old))
    arrivals = tuple(Arrival(start, start / 10) for start in places)
    forged = forge.with_body(answers.exchange(old, arrivals=arrivals), new)
    assert forged.body == new
    assert consistent(forged)
    times = [arrival.at for arrival in forged.arrivals]
    assert times == sorted(times)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_edit_of_the_list_of_payloads_is_what_is_then_read(data) -> None:
    chosen = data.draw(st.lists(st.sampled_from([*answers.GOOD, "x", {"y": [1]}]), max_size=9))
    forged = forge.with_chunks(answers.streamed(), lambda payloads: chosen)
    assert forged.body == answers.sse(chosen)
    assert consistent(forged)


def test_an_exchange_without_a_body_can_be_given_one() -> None:
    good = answers.exchange(b"", "text/event-stream")
    assert forge.with_event(good, 0, "[DONE]").body == b"data: [DONE]\n\n"
    assert forge.with_json(good, lambda body: {"a": 1}).body == b'{"a":1}'
