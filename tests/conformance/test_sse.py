"""The decoder of server-sent events against our own reading of the WHATWG rules."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance import sse, utf8
from conformance.kept import MOST_KEPT

VECTORS = json.loads((Path(__file__).parent / "vectors" / "sse.json").read_text("utf-8"))


def body_of(vector: dict[str, str]) -> bytes:
    return bytes.fromhex(vector["hex"]) if "hex" in vector else vector["body"].encode()


def fed(pieces: list[bytes]) -> tuple[list[sse.Event], sse.Observations]:
    decoder = sse.Decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events, decoder.close()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_vector_gives_its_events_and_observations(vector) -> None:
    body = body_of(vector)
    decoded = sse.decode(body)
    seen = decoded.observations
    assert [[event.event, event.data, event.id] for event in decoded.events] == vector["events"]
    assert [list(block.fields) for block in seen.dataless] == vector.get("dataless", [])
    assert [[note.offset, note.text] for note in seen.comments] == vector.get("comments", [])
    assert [note.field for note in seen.ignored] == vector.get("ignored", [])
    assert list(seen.invalid) == vector.get("invalid", [])
    assert list(seen.replacements) == vector.get("replacements", [])
    assert (seen.invalid_count, seen.replacement_count) == (
        len(seen.invalid),
        len(seen.replacements),
    )
    tail = bytes.fromhex(vector["tail_hex"]) if "tail_hex" in vector else None
    assert decoded.tail == (tail or vector.get("tail", "").encode())
    for name in ("bom", "retry", "last_id"):
        if name in vector:
            assert getattr(seen, name) == vector[name]
    if "line_ends" in vector:
        assert list(seen.line_ends) == vector["line_ends"]
    assert seen.size == len(body)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_vector_read_byte_by_byte_is_the_same(vector) -> None:
    body = body_of(vector)
    whole = sse.decode(body)
    events, seen = fed([body[i : i + 1] for i in range(len(body))])
    assert (tuple(events), seen) == (whole.events, whole.observations)


FIELDS = [b"data", b"data: ", b"event:", b"id: 1", b"id:\0", b"retry: 10", b"retry:x", b":", b": c"]
ENDS = [b"\r", b"\n", b"\r\n", b"\n\n", b"\r\r"]
BYTES = [b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\xbf", b"\xff", b"\xef\xbf\xbd", b"x", b" ", b"\0"]
TEXTS = [b"\xf0\x9f\x98\x80", b"\xe2\x82", b"\xf0\x9f", b"[DONE]"]
PARTS = st.sampled_from([*FIELDS, *ENDS, *BYTES, *TEXTS])


@settings(max_examples=300, deadline=None)
@given(parts=st.lists(PARTS, max_size=40), data=st.data())
@example(parts=[b"\xef\xbb\xbf", b"data: ", b"\r", b"\n", b"\r", b"\n"], data=None)
def test_any_split_of_the_bytes_gives_the_same_events_and_observations(parts, data) -> None:
    body = b"".join(parts)
    if data is None:
        cuts = list(range(len(body)))
    else:
        cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=12)))
    edges = [0, *cuts, len(body)]
    pieces = [body[a:b] for a, b in itertools.pairwise(edges)]
    whole = sse.decode(body)
    assert fed(pieces) == (list(whole.events), whole.observations)


def reference(body: bytes) -> list[tuple[str, str, str]]:
    """The rules again, written for shortness: whole text, no offsets."""
    text = body.decode(errors="replace").removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
    events, data, kind, last_id = [], "", "", ""
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if data:
                events.append((kind or "message", data[:-1], last_id))
            data = kind = ""
        elif name == "data":
            data += value + "\n"
        elif name == "event":
            kind = value
        elif name == "id" and "\0" not in value:
            last_id = value
    return events


@settings(max_examples=300, deadline=None)
@given(parts=st.lists(PARTS, max_size=40))
def test_a_second_and_simpler_reading_of_the_rules_agrees(parts) -> None:
    body = b"".join(parts)
    events = sse.decode(body).events
    assert [(event.event, event.data, event.id) for event in events] == reference(body)


@settings(max_examples=200, deadline=None)
@given(parts=st.lists(PARTS, max_size=40))
def test_offsets_of_an_event_cut_its_block_out_of_the_body(parts) -> None:
    body = b"".join(parts)
    position = 0
    for event in sse.decode(body).events:
        assert position <= event.start < event.end <= len(body)
        assert body[event.end - 1 : event.end] in (b"\r", b"\n")
        prefix = b"id: " + event.id.encode() + b"\n"
        (alone,) = sse.decode(prefix + body[event.start : event.end]).events
        assert (alone.data, alone.event) == (event.data, event.event)
        assert alone.lines == event.lines + 1
        first = utf8.decode(body[event.at :]).value
        assert first.startswith(event.data.partition("\n")[0])
        position = event.end


def test_a_carriage_return_dispatches_without_waiting_for_its_line_feed() -> None:
    decoder = sse.Decoder()
    assert [event.data for event in decoder.feed(b"data: a\r\n\r")] == ["a"]
    assert decoder.feed(b"\n") == []
    assert [event.start for event in decoder.feed(b"data: b\r\n\r\n")] == [11]


def test_a_discarded_block_says_which_event_it_would_have_been() -> None:
    seen = sse.decode(b"data: a\n\nevent: end\ndata: [DONE]\n").observations
    assert seen.undispatched is not None
    assert (seen.undispatched.event, seen.undispatched.data) == ("end", "[DONE]")
    assert seen.tail_start == 9


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (b"data: a\n\n", 6),
        (b"data:a\n\n", 5),
        (b"data\n\n", 4),
        (b": c\ndata: a\ndata: b\n\n", 10),
        (b"\xef\xbb\xbfdata: a\r\n\r\n", 9),
    ],
)
def test_an_event_says_where_its_first_data_value_begins(body: bytes, at: int) -> None:
    (event,) = sse.decode(body).events
    assert event.at == at


def test_line_ends_are_counted_also_one_that_was_perhaps_half_of_another() -> None:
    seen = sse.decode(b"a\r\nb\n\rc\n\n\r").observations
    assert (seen.lf, seen.cr, seen.crlf) == (3, 2, 1)


def test_fields_are_counted_in_order_of_appearance() -> None:
    seen = sse.decode(b"data: a\nvendor: 1\ndata: b\n\nid: 1\n\n").observations
    assert seen.fields == (("data", 2), ("vendor", 1), ("id", 1))


def test_a_flood_is_counted_and_only_its_beginning_kept() -> None:
    seen = sse.decode(b": x\n" * 5000 + b"a\n\n" * 5000 + b"retry: x\n" * 2000).observations
    assert (len(seen.comments), seen.comment_count) == (MOST_KEPT, 5000)
    assert (len(seen.dataless), seen.dataless_count) == (MOST_KEPT, 5000)
    assert len(seen.ignored) == MOST_KEPT


def test_a_flood_of_field_names_is_bounded_and_those_kept_are_counted_on() -> None:
    flood = b"".join(b"name-%d\n" % number for number in range(MOST_KEPT + 5))
    seen = sse.decode(flood + b"name-0\n\n").observations
    assert len(seen.fields) == len(seen.dataless[0].fields) == MOST_KEPT
    assert seen.fields[:2] == (("name-0", 2), ("name-1", 1))


def test_a_flood_of_bad_bytes_is_counted_and_only_its_beginning_kept() -> None:
    body = b"\xff\n" * (MOST_KEPT - 1) + b"\xff\xff\xef\xbf\xbd\n" + b"\xef\xbf\xbd\n" * MOST_KEPT
    seen = sse.decode(body).observations
    assert (len(seen.invalid), seen.invalid_count) == (MOST_KEPT, MOST_KEPT + 1)
    assert (len(seen.replacements), seen.replacement_count) == (MOST_KEPT, MOST_KEPT + 1)
    assert seen.invalid[-1] == 2 * (MOST_KEPT - 1)
    assert seen.replacements[:2] == (2 * MOST_KEPT, 2 * MOST_KEPT + 4)


def test_a_comment_is_kept_up_to_two_hundred_characters() -> None:
    (comment,) = sse.decode(b":" + b"x" * 200 + b"y\n").observations.comments
    assert comment.text == "x" * 200


@pytest.mark.parametrize(
    ("digits", "milliseconds"), [("9" * 15, 10**15 - 1), ("9" * 16, 10**15), ("9" * 10_000, 10**15)]
)
def test_a_retry_of_many_digits_is_bounded(digits: str, milliseconds: int) -> None:
    seen = sse.decode(f"retry: {digits}\ndata: x\n\n".encode()).observations
    assert seen.retry == milliseconds


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=60) | st.lists(PARTS, max_size=20).map(b"".join))
def test_invalid_utf8_is_found_where_a_replacement_was_put(data: bytes) -> None:
    text = utf8.decode(data)
    rebuilt, position = "", 0
    for offset in text.invalid:
        rebuilt += data[position:offset].decode() + "\ufffd"
        position = offset + 1
        while position < len(data) and 0x80 <= data[position] <= 0xBF:
            try:
                data[offset : position + 1].decode()
            except UnicodeDecodeError as error:
                if error.start or error.end != position + 1 - offset:
                    break
            position += 1
    assert rebuilt + data[position:].decode() == text.value
    assert len(text.invalid) == text.invalid_count


def test_invalid_bytes_at_the_edge_of_a_window_are_found_once() -> None:
    for cut in range(4090, 4100):
        data = b"a" * cut + b"\xf0\x9f\x98\x80" + b"\xf0\x9f\x98" + b"b" * 4090 + b"\xff"
        assert utf8.decode(data).invalid == (cut + 4, cut + 7 + 4090)


def test_of_many_bad_places_the_first_hundred_are_told_and_all_are_counted() -> None:
    text = utf8.decode(b"\xff" * 101 + b"\xef\xbf\xbd" * 101)
    assert text.invalid == tuple(range(100))
    assert text.replacements == tuple(range(101, 401, 3))
    assert (text.invalid_count, text.replacement_count) == (101, 101)
