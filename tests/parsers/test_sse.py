"""The decoder of server-sent events: any bytes, however they are cut, are the same and no more."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance import sse
from conformance.kept import MOST_KEPT
from conformance.wire.recorder import EventCounter
from tests.conformance.test_sse import PARTS, fed
from tests.parsers.damage import SNIPPETS

BODIES = (
    st.binary(max_size=200)
    | st.lists(PARTS | st.sampled_from(SNIPPETS), max_size=60).map(b"".join)
    | st.lists(PARTS, max_size=12).map(lambda parts: b"".join(parts) * 300)
)
CUTS = st.lists(st.floats(0, 1), max_size=12)


def cut(body: bytes, cuts: list[float]) -> list[bytes]:
    """Return bytes in pieces, cut at these parts of their length."""
    edges = [0, *sorted(int(part * len(body)) for part in cuts), len(body)]
    return [body[start:end] for start, end in itertools.pairwise(edges)]


@pytest.mark.parser("server-sent events")
@given(body=BODIES, cuts=CUTS)
def test_any_bytes_cut_anywhere_are_the_same_events(body: bytes, cuts: list[float]) -> None:
    whole = sse.decode(body)
    events, seen = fed(cut(body, cuts))
    assert (tuple(events), seen) == (whole.events, whole.observations)
    assert seen.size == len(body)
    assert sum(len(event.data.encode()) for event in events) <= 3 * len(body)
    for kept in (seen.comments, seen.dataless, seen.ignored, seen.invalid, seen.replacements):
        assert len(kept) <= MOST_KEPT
    assert len(seen.fields) <= MOST_KEPT


@pytest.mark.parser("server-sent events, counted")
@given(body=BODIES, cuts=CUTS)
@example(body=b"a\r\n", cuts=[0.75, 0.75])
def test_any_bytes_cut_anywhere_are_as_many_blocks(body: bytes, cuts: list[float]) -> None:
    counter = EventCounter()
    counted = [counter.feed(piece) for piece in cut(body, cuts)]
    assert counted == sorted(counted)
    assert counter.count == EventCounter().feed(body)
