"""One exchange, read."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.error_view import Envelope
from conformance.exchange import Ending, Exchange, Request
from conformance.field import Delay
from conformance.interpretation import Interpretation
from conformance.json_view import ABSENT
from conformance.reading import Reading
from conformance.stream_view import State
from tests.conformance import answers


def whole(value=None, **changes) -> Reading:
    value = answers.completion() if value is None else value
    return Reading(answers.exchange(json.dumps(value).encode(), **changes))


def test_both_modes_answer_the_same_questions() -> None:
    for reading in (whole(), Reading(answers.streamed())):
        assert reading.ok
        assert not reading.refused
        assert reading.is_chat
        assert (reading.text_of(), reading.finish_of()) == ("Hé!", "stop")
        assert reading.choice_indexes == (0,)
        assert reading.usage is not None
        assert reading.usage.counts == (10, 2, 12)
        assert reading.usage.adds_up
        assert not reading.error
        assert reading.text_of(5) == ""
        assert reading.finish_of(5) is ABSENT


def test_what_was_asked_is_read_from_the_request() -> None:
    reading = Reading(answers.streamed())
    assert reading.is_stream_request
    assert reading.wanted_usage
    assert reading.asked("model") == "m"
    assert reading.asked("messages", 0, "role") == "user"
    assert reading.asked("seed") is ABSENT
    assert not whole().is_stream_request
    get = answers.exchange(b"", request=Request("g", "GET", "/chat/completions"))
    assert not Reading(get).is_chat
    assert Reading(get).asked("stream") is ABSENT


def test_headers_are_found_whatever_their_case() -> None:
    headers = (("content-TYPE", "Text/HTML; charset=X"), ("a", "1"), ("A", "2"))
    reading = Reading(answers.exchange(b"<p>", headers=(*headers, ("Retry-After", "3"))))
    assert reading.header("Content-Type") == "Text/HTML; charset=X"
    assert (reading.header("a"), reading.header_all("a")) == ("1, 2", ("1", "2"))
    assert reading.header("b") is None
    assert (reading.media_type, reading.charset) == ("text/html", "x")
    assert (reading.retry_after.kind, reading.retry_after.seconds) == (Delay.SECONDS, 3)
    assert reading.date is None


@pytest.mark.parametrize(
    ("body", "media_type", "found"),
    [
        (b"", "text/event-stream", Interpretation.EMPTY),
        (b" \n", "", Interpretation.EMPTY),
        (b'{"a":1}', "text/plain", Interpretation.JSON),
        (b'{"a":', "application/json", Interpretation.JSON),
        (b"data: x\n\n", "application/json", Interpretation.SSE),
        (b"\xef\xbb\xbf\n: hi\n\n", "", Interpretation.SSE),
        (b"<html>", "", Interpretation.HTML),
        (b"<p>no", "text/html", Interpretation.HTML),
        (b"no", "", Interpretation.TEXT),
        (b"\x00\x01\xff", "", Interpretation.BINARY),
        (b"123", "", Interpretation.JSON),
    ],
)
def test_a_body_is_what_it_turns_out_to_be(body, media_type, found) -> None:
    assert Reading(answers.exchange(body, media_type)).interpretation is found


def test_a_stream_is_read_as_one_under_any_label() -> None:
    mislabelled = Reading(answers.exchange(answers.sse(answers.GOOD), "application/json"))
    assert mislabelled.is_stream
    assert mislabelled.text_of() == "Hé!"
    document = Reading(answers.exchange(b'{"error":{"message":"no"}}', "text/event-stream"))
    assert document.stream.state is State.OPENING
    assert document.error.kind is Envelope.OPENAI


def test_a_content_coding_is_undone_and_hides_times() -> None:
    plain = answers.streamed()
    coded = answers.exchange(
        gzip.compress(plain.body),
        headers=(("Content-Type", "text/event-stream"), ("Content-Encoding", "gzip")),
        arrivals=plain.arrivals,
    )
    reading = Reading(coded)
    assert reading.text_of() == "Hé!"
    assert reading.coding.codings == ("gzip",)
    assert reading.timing.times == ()
    assert Reading(plain).timing.times == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b'{"error":{"message":"no"}}', 400, Envelope.OPENAI),
        (b'{"error":{"message":"no"}}', 200, Envelope.OPENAI),
        (b'{"object":"error","message":"no"}', 400, Envelope.FLAT),
        (b"", 500, Envelope.EMPTY),
        (b"", 200, Envelope.NONE),
        (b"Bad Gateway", 502, Envelope.TEXT),
        (b"<html>", 502, Envelope.HTML),
        (b'data: {"error":"no"}\n\n', 200, Envelope.STRING),
        (b'data: {"error":{"message":"no"}}\n\n', 500, Envelope.OPENAI),
        (b"data: [DONE]\n\n", 500, Envelope.TEXT),
        (b"data: [DONE]\n\n", 200, Envelope.NONE),
        (b"{}", 200, Envelope.NONE),
        (b"{}", 400, Envelope.VENDOR),
    ],
)
def test_an_error_is_found_wherever_it_stands(body, status, kind) -> None:
    assert Reading(answers.exchange(body, status=status)).error.kind is kind


def test_counts_that_are_no_integers_are_none() -> None:
    usage = {"prompt_tokens": True, "completion_tokens": 1.0, "total_tokens": 3}
    found = whole(answers.completion(usage=usage)).usage
    assert found is not None
    assert (found.prompt, found.completion, found.total, found.adds_up) == (None, None, 3, False)
    assert found.at("prompt_tokens") is True
    assert found.cost is ABSENT
    assert whole(answers.completion(usage=[1])).usage is None
    assert Reading(answers.streamed(answers.GOOD[:4])).usage is None


def test_the_usage_of_a_stream_knows_its_event() -> None:
    usage = Reading(answers.streamed()).usage
    assert usage is not None
    assert usage.event == 4


def test_places_are_told_in_words() -> None:
    reading = Reading(answers.streamed())
    first = reading.events[0]
    assert reading.at_event(0) == f"greeting/one, event 0 (bytes 0 to {first.end})"
    assert " at /choices/0 (" in reading.at_event(0, "/choices/0")
    assert reading.at_event(9) == "greeting/one, after its 6 events"
    assert reading.at_offset(3) == "greeting/one, byte 3"
    assert reading.at_offset(3, 5) == "greeting/one, bytes 3 to 5"
    assert reading.at_pointer("/id") == "greeting/one, body at /id"
    assert reading.at_header("Allow") == "greeting/one, header Allow"
    assert reading.at_status() == "greeting/one, status 200"
    assert reading.snippet_of_event(5) == "data: [DONE]\\n\\n"
    assert reading.snippet_of_event(6) == ""
    assert reading.snippet(0, 5) == "data:"


def test_an_exchange_without_an_answer_reads_as_nothing() -> None:
    reading = Reading(Exchange(answers.request(), Ending.REFUSED))
    assert (reading.status, reading.ok, reading.refused, reading.text) == (None, False, False, "")
    assert not reading.error
    assert reading.choice_indexes == ()
    assert reading.at_status() == "/one, no answer"


VIEWS = [
    name
    for name in dir(Reading)
    if not name.startswith("_") and not callable(getattr(Reading, name))
]
BODIES = (
    st.binary(max_size=60)
    | st.lists(answers.VALUES, max_size=4).map(answers.sse)
    | st.lists(answers.almost_chunks(), max_size=4).map(answers.sse)
    | answers.VALUES.map(lambda value: json.dumps(value).encode())
)
HEADER_NAMES = st.sampled_from(["Content-Type", "Content-Encoding", "Retry-After", "Date", "X"])
HEADER_VALUES = st.sampled_from(
    ["text/event-stream", "application/json;", "gzip", "br", "zstd", "deflate, gzip", "\x00", "1e9"]
) | st.text(max_size=8)


@settings(max_examples=200, deadline=None)
@given(
    body=BODIES,
    asked=BODIES | st.none(),
    status=st.none() | st.integers(0, 999),
    headers=st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=4),
)
def test_no_answer_makes_any_view_raise(body, asked, status, headers) -> None:
    exchange = Exchange(
        Request("x", "POST", "/chat/completions", body=asked),
        Ending.COMPLETE,
        status=status,
        headers=tuple(headers),
        body=body,
    )
    reading = Reading(exchange)
    for name in VIEWS:
        getattr(reading, name)
    for index in (-1, 0, 1):
        reading.text_of(index).encode()
        reading.finish_of(index)
        assert reading.at_event(index).isprintable()
        assert reading.snippet_of_event(index).isprintable()


def test_a_property_test_of_views_looks_at_all_of_them() -> None:
    assert {"stream", "completion", "error", "usage", "timing", "json"} <= set(VIEWS)
