"""Judging costs as much as the bytes judged: four times as many calls for four times as many."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from bench.judges import SHAPES, judged, stream

SMALL = 30_000


def calls(shape: str, size: int) -> int:
    """Function calls made in reading and judging a stream, of C functions too."""
    exchange = stream(shape, size)
    made = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        judged(exchange)
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_bytes_take_four_times_the_calls(shape: str) -> None:
    judged(stream(shape, 4 * SMALL))  # What is made once and kept is not counted.
    assert calls(shape, 4 * SMALL) < 4.6 * calls(shape, SMALL)
