"""A stream's body taken apart into blocks and put together again in its own style.

Knows nothing of exchanges nor of what a payload means. For forging only.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from conformance import json_view, sse

_SPACED = re.compile(r'\s*[\[{]\s*"[^"]*":\s')


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes to put in the place of others."""

    start: int
    end: int
    new: bytes


@dataclass(frozen=True, slots=True)
class Style:
    """How a stream writes its events."""

    end: bytes = b"\n"
    space: bytes = b" "
    sample: str = ""
    """A JSON payload of it."""

    def block(self, payload: Any) -> bytes:
        """One event with that payload; a string goes as it is, all else as JSON."""
        text = payload if isinstance(payload, str) else dump(payload, self.sample)
        lines = text.encode(errors="surrogatepass").split(b"\n")
        data = b"".join(b"data:" + self.space + line + self.end for line in lines)
        return data + self.end


def dump(value: Any, sample: str) -> str:
    """JSON with the spaces and escapes of a sample."""
    separators = (", ", ": ") if _SPACED.match(sample) else (",", ":")
    return json.dumps(value, ensure_ascii="\\u" in sample, separators=separators)


def style(body: bytes) -> Style:
    """How the first event of a stream is written."""
    decoded = sse.decode(body)
    if not decoded.events:
        return Style()
    first = decoded.events[0]
    end = b"\n"
    for candidate in (b"\r\n", b"\r"):
        if candidate in body[first.start : first.end + 1]:
            end = candidate
            break
    space = b" " if body[first.at - 1 : first.at] == b" " else b""
    sample = "".join(event.data for event in decoded.events[:50])
    return Style(end, space, sample)


def blocks(body: bytes) -> list[tuple[int, int]]:
    """Where the block of each event begins and ends, its blank line included."""
    found = []
    for event in sse.decode(body).events:
        end = event.end
        if body[end - 1 : end + 1] == b"\r\n":
            end += 1
        found.append((event.start, end))
    return found


def payloads(body: bytes) -> list[Any]:
    """The data of each event: parsed where it is JSON, else as text."""
    found = []
    for event in sse.decode(body).events:
        document = json_view.read(event.data)
        is_json = document.ok and not isinstance(document.value, str)
        found.append(document.value if is_json else event.data)
    return found


def align(body: bytes, old: Sequence[tuple[int, int]], new: Sequence[bytes]) -> list[Splice]:
    """Splices that turn the old blocks into the new ones, touching no more than they must."""
    same = len(old) == len(new)
    splices: list[Splice] = []
    taken = 0
    position = old[0][0] if old else len(body)
    for place, block in enumerate(new):
        origin = place if same else _next(body, old, taken, block)
        if origin is None:
            splices.append(Splice(position, position, block))
            continue
        splices.extend(Splice(start, end, b"") for start, end in old[taken:origin])
        start, end = old[origin]
        if body[start:end] != block:
            splices.append(Splice(start, end, block))
        taken, position = origin + 1, end
    splices.extend(Splice(start, end, b"") for start, end in old[taken:])
    return splices


def spliced(body: bytes, splices: Sequence[Splice]) -> tuple[bytes, Callable[[int], int]]:
    """The body after all splices, and where each old offset has moved. They must be in order."""
    pieces: list[bytes] = []
    starts: list[int] = [0]
    moves: list[tuple[int, int, int]] = [(0, 0, len(body))]
    position = size = 0

    def note(old: int, new: int, most: int) -> None:
        if starts[-1] == old:
            starts.pop()
            moves.pop()
        starts.append(old)
        moves.append((old, new, most))

    for splice in splices:
        pieces += [body[position : splice.start], splice.new]
        size += splice.start - position
        if splice.end > splice.start:
            note(splice.start, size, len(splice.new))
        size += len(splice.new)
        note(splice.end, size, len(body))
        position = splice.end
    pieces.append(body[position:])

    def moved(offset: int) -> int:
        old, new, most = moves[bisect_right(starts, offset) - 1]
        return new + min(offset - old, most)

    return b"".join(pieces), moved


def _next(body: bytes, old: Sequence[tuple[int, int]], taken: int, block: bytes) -> int | None:
    for place in range(taken, len(old)):
        start, end = old[place]
        if body[start:end] == block:
            return place
    return None
