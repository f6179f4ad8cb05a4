"""Stop texts found in other ways than they should be, for faults. Tells no lie itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import FinishReason, Prompt
from mock_server.faults import Pieces

Find = Callable[[str, str], tuple[int, int] | None]
"""Text and stop text → where a match begins and ends."""


def stops_of(call: Call) -> tuple[str, ...]:
    """Return the stop texts a request named."""
    asked: Any = call.body.get("stop")
    if isinstance(asked, str):
        return (asked,)
    return tuple(asked) if isinstance(asked, list) else ()


def keeping(prompt: Prompt, keep: Callable[[str], bool]) -> Prompt:
    """Return a prompt with some of its stop texts."""
    return replace(prompt, stop=tuple(stop for stop in prompt.stop if keep(stop)))


def exact(text: str, stop: str) -> tuple[int, int] | None:
    """Find a stop text as it is."""
    start = text.find(stop)
    return None if start < 0 else (start, start + len(stop))


def first(text: str, stops: Iterable[str], find: Find = exact) -> tuple[int, int] | None:
    """Return where the first match of any stop text begins and ends."""
    return min((span for stop in stops if (span := find(text, stop))), default=None)


async def recut(
    pieces: Pieces, call: Call, find: Find = exact, *, included: bool = False
) -> Pieces:
    """Cut pieces that know no stop text at the end of the piece in which one is complete.

    Nothing is held back: a stop text over several pieces is sent up to its last one.
    """
    texts: dict[int, str] = {}
    ended: set[int] = set()
    stops = stops_of(call)
    async for piece in pieces:
        sent = texts.get(piece.choice, "")
        if piece.choice in ended:
            continue
        text = texts[piece.choice] = sent + piece.text
        span = first(text, stops, find)
        if span is None:
            yield piece
            continue
        ended.add(piece.choice)
        rest = text[len(sent) : span[1] if included else max(span[0], len(sent))]
        yield replace(piece, text=rest, finish=FinishReason.STOP)
