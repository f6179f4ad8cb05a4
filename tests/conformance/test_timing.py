"""When events arrived."""

from conformance import sse, timing
from conformance.arrivals import Arrival

BODY = b"data: a\n\ndata: b\n\ndata: c\n\n"
EVENTS = sse.decode(BODY).events


def test_an_event_arrives_with_the_byte_that_dispatches_it() -> None:
    arrivals = [Arrival(0, 0.1, 0), Arrival(8, 0.2, 1), Arrival(13, 0.3, 2)]
    found = timing.of_events(EVENTS, arrivals)
    assert found.times == (0.2, 0.3, 0.3)
    assert found.chunks == (1, 2, 2)
    assert found.spans == (2, 2, 1)
    assert found.per_chunk == {1: 1, 2: 2}
    assert (found.first, found.last, found.reads) == (0.2, 0.3, 3)
    assert [round(gap, 3) for gap in found.gaps] == [0.1, 0.0]
    assert found.shows_chunks


def test_reads_of_one_http_chunk_count_as_one_chunk() -> None:
    arrivals = [Arrival(0, 0.1, 0), Arrival(9, 0.2, 0)]
    assert timing.of_events(EVENTS, arrivals).per_chunk == {0: 3}


def test_a_wire_without_chunks_shows_none() -> None:
    found = timing.of_events(EVENTS, [Arrival(0, 0.5)])
    assert (found.chunks, found.shows_chunks, found.per_chunk) == ((None,) * 3, False, {})


def test_nothing_is_told_without_arrivals_or_events() -> None:
    assert timing.of_events(EVENTS, []) == timing.Timing()
    found = timing.of_events([], [Arrival(0, 0.1)])
    assert (found.first, found.last, found.gaps) == (None, None, ())
