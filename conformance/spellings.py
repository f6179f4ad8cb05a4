"""Spellings: the ways a server may write a key down. Knows only the key and its spellings.

Searching is done in lower case, so that a key in another case, or an encoding that was folded,
is found too. Each spelling is sought by short pieces of itself that any run long enough to
matter must contain.
"""

from __future__ import annotations

import base64
import codecs
import html
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

LONGER = "x"
"""What a key with one character more has at its end."""

ENOUGH = 12
"""So many characters of a key in a row give it away, whatever its length."""


@dataclass(frozen=True, slots=True)
class Needle:
    """One spelling of one key, lower case, with one character more at its end."""

    role: str
    spelling: str
    text: bytes
    least: int
    """Runs of fewer bytes give nothing away."""
    grams: tuple[tuple[int, bytes], ...]
    """Offsets and pieces, one of which is whole within any run of `least` bytes."""

    def extend(self, lowered: bytes, position: int, offset: int) -> tuple[int, int]:
        """Return the longest run around a piece found at a position."""
        start, left = position, offset
        while left and start and lowered[start - 1] == self.text[left - 1]:
            start -= 1
            left -= 1
        end, right = position, offset
        while right < len(self.text) and end < len(lowered) and lowered[end] == self.text[right]:
            end += 1
            right += 1
        return start, end

    def role_of(self, length: int) -> str:
        """Name the key that a run of this length shows."""
        return f"{self.role}_longer" if length == len(self.text) else self.role


def needles(keys: Mapping[str, str]) -> list[Needle]:
    """Return every spelling that is sought, of keys by role."""
    counts = {role: min(ENOUGH, -(-2 * len(key) // 3)) for role, key in keys.items()}
    least_of_all = min(counts.values(), default=ENOUGH)
    return [
        needle
        for role, key in keys.items()
        for needle in _needles(role, key, counts[role], least_of_all)
    ]


def _needles(role: str, key: str, count: int, least_of_all: int) -> list[Needle]:
    made: dict[bytes, Needle] = {}
    for spelling, text, least in _spellings(key + LONGER, count):
        text = text.lower()
        least = max(4, least)
        if len(text) >= least and text not in made:
            # Keys that begin alike share their pieces if these have one size.
            size = (max(4, least * least_of_all // count) + 1) // 2
            grams = tuple(
                (offset, text[offset : offset + size])
                for offset in range(0, len(text) - size + 1, size)
            )
            made[text] = Needle(role, spelling, text, least, grams)
    return list(made.values())


def any_of(words: Iterable[bytes]) -> re.Pattern[bytes] | None:
    """Return an expression that finds any of the words in one pass; None for no words.

    It shares what words begin with, so that its time does not grow with their number.
    """
    tree: dict[int, Any] = {}
    for word in words:
        node = tree
        for byte in word:
            node = node.setdefault(byte, {})
        node[_END] = {}
    return re.compile(_branches(tree)) if tree else None


_END = -1


def _branches(node: dict[int, Any]) -> bytes:
    if _END in node:
        return b""
    each = [re.escape(bytes([byte])) + _branches(below) for byte, below in sorted(node.items())]
    return each[0] if len(each) == 1 else b"(?:" + b"|".join(each) + b")"


def _spellings(key: str, count: int) -> Iterator[tuple[str, bytes, int]]:
    """Yield name, text and the bytes that spell so many characters of the key."""
    raw = key.encode()
    pairs = [f"{byte:02x}" for byte in raw]
    yield "", raw, count
    yield "reversed", key[::-1].encode(), count
    yield "percent", quote(key, safe="").encode(), count
    yield "percent", quote_plus(key).encode(), count
    yield "json", json.dumps(key)[1:-1].encode(), count
    yield "json", json.dumps(key)[1:-1].replace("/", "\\/").encode(), count
    yield "rot13", codecs.encode(key, "rot13").encode(), count
    for before in ("\\u", "\\\\u"):
        text = "".join(f"{before}{ord(character):04x}" for character in key)
        yield "unicode", text.encode(), count * (len(before) + 4)
    yield "html", html.escape(key).encode(), count
    for name, before, width in (
        ("hex", "", 2),
        ("percent", "%", 3),
        ("percent", "%25", 5),
        ("escaped", "\\x", 4),
        ("escaped", "\\\\x", 5),
        ("html", "&#x", 0),
    ):
        end = ";" if name == "html" else ""
        text = "".join(f"{before}{pair}{end}" for pair in pairs)
        yield name, text.encode(), count * (width or 6)
    yield "html", "".join(f"&#{byte};" for byte in raw).encode(), count * 5
    yield "octal", "".join(f"\\{byte:03o}" for byte in raw).encode(), count * 4
    yield "decimal", ",".join(str(byte) for byte in raw).encode(), count * 3 - 1
    yield "decimal", ", ".join(str(byte) for byte in raw).encode(), count * 4 - 2
    for mark in (" ", ":", "-", ", 0x"):
        yield "hex", mark.join(pairs).encode(), count * (2 + len(mark)) - len(mark)
    for mark in (" ", "\0", "-", "."):
        yield "spaced", mark.join(key).encode(), count * 2 - 1
    base64_least = count * 4 // 3 - 1
    quoted = json.dumps(key)[1:-1].encode()
    for shift, inner in itertools.product(range(3), dict.fromkeys((raw, quoted))):
        common = _aligned(base64.b64encode, inner, shift, 3, 6)
        yield "base64", common, base64_least
        yield "base64", common.replace(b"+", b"-").replace(b"/", b"_"), base64_least
        yield "base64", common.replace(b"/", b"\\/"), base64_least
    for shift in range(5):
        yield "base32", _aligned(base64.b32encode, raw, shift, 5, 5), count * 8 // 5 - 1


def _aligned(
    encode: Callable[[bytes], bytes], raw: bytes, shift: int, block: int, bits: int
) -> bytes:
    """Return the characters that every text with the key at this offset has in common."""
    padded = bytes(shift) + raw + bytes(-(shift + len(raw)) % block)
    first = -(-shift * 8 // bits)
    last = (shift + len(raw)) * 8 // bits
    return encode(padded)[first:last]
