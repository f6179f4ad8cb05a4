"""The bounds that docs/reliability.md promises are those that hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.exchange import MAX_BODY
from conformance.wire import Timeouts
from conformance.wire.room import ROOM
from mock_server import journal, ledger
from mock_server.door import FAREWELL, Door
from mock_server.server import GRACE
from tests.wire.hostile.shapes import SHAPES
from tests.wire.hostile_clients.test_shapes import SHAPES as CLIENTS

PAGE = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text("utf-8")
DOOR, TIMES = Door(), Timeouts()


@pytest.mark.parametrize(
    "told",
    [
        f"| connecting: name, connection and TLS | {TIMES.connect:g} s |",
        f"| from a request to the first byte of its answer | {TIMES.first_byte:g} s |",
        f"| between two arrivals | {TIMES.idle:g} s |",
        f"| a whole exchange | {TIMES.total:g} s |",
        f"| a body, as it is judged and stored | {MAX_BODY >> 20} MiB;",
        f"| what is large of all answers of a run together | {ROOM >> 20} MiB;",
        f"| a request's head | {DOOR.head_seconds:g} s, then 408 |",
        f"| a pause within a body | {DOOR.body_pause:g} s, then 408 |",
        f"| a whole body | {DOOR.body_seconds:g} s, then 408 |",
        f"takes nothing of its answer | {DOOR.stall_seconds:g} s, then hung up on |",
        f"| {DOOR.head_bytes:,} bytes and {DOOR.head_lines} lines, then 431 |",
        f"| {DOOR.queued}, then 429 and the end |",
        f"| what is read on behind a refusal, so that it is read | {FAREWELL:g} s |",
        f"| streams in flight when it is told to stop | {GRACE} s to finish",
        f"| the last {journal.KEPT:,}; the last {ledger.KEPT:,} |",
    ],
)
def test_a_bound_on_the_page_is_the_one_that_holds(told: str) -> None:
    assert told in PAGE


def test_as_many_strangers_are_played_as_the_page_says() -> None:
    assert "Sixty-four hostile gateways" in PAGE
    assert len(SHAPES) == 64
    assert "More than 200 hostile clients" in PAGE
    assert len(CLIENTS) > 200


def test_the_options_of_the_page_are_those_of_the_command() -> None:
    from mock_server.door_options import OPTIONS

    named = set(re.findall(r"`(--[a-z-]+)` \|", PAGE))
    assert named == {name for name, _ in OPTIONS if name.endswith(("seconds", "pause"))}
