"""Redaction: every trace of a key becomes a placeholder of the same length. Knows no files, no net.

Offsets hold, since lengths are equal, so stored bytes can be judged; and the placeholder names
the key, so that a judge can say on replay which one a gateway gave away. A key made from a real
one (one character more or fewer), every common spelling of it, and twelve characters of it in a
row (or two thirds of a short one) count as the key. A masked form such as `sk-***ab` does not.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Iterable, Mapping

from conformance.errors import InternalError
from conformance.redaction_patterns import Pattern
from conformance.spellings import LONGER, Needle, any_of, needles

PLACEHOLDER = re.compile(rb"\[K:([A-Za-z0-9_]*)(?:/([a-z0-9-]+))?~*\]")
"""What a key becomes: `[K:role/spelling~~~]`; role and spelling as far as they fit."""

SHORT = 6
"""Keys under so many characters are too likely to be words; they are replaced in headers only."""

MAX_UNPACKED = 8 * 1024 * 1024
"""Bytes of a compressed body that are looked through."""

MOST_FIELDS = 1000
"""Names and values of headers whose outcome is remembered."""

_TEMPLATE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class Secrets:
    """The keys of a run, and what hides them. Its repr shows roles only."""

    __slots__ = ("_field", "_keys", "_patterns", "_pieces", "_short", "_sieve")

    def __init__(self, keys: Mapping[str, str], patterns: Iterable[str] = ()) -> None:
        """Take role → key, and the user's own regular expressions.

        Raises UsageError for a pattern whose running time could not be bounded.
        """
        self._keys = {role: key for role, key in keys.items() if key}
        self._patterns = tuple(Pattern(text) for text in patterns)
        self._pieces = _index({role: k for role, k in self._keys.items() if len(k) >= SHORT})
        # Most texts hold no piece of any key, and one pass over them says so.
        self._sieve = any_of(self._pieces)
        self._short = [(role, key) for role, key in self._keys.items() if len(key) < SHORT]
        # Names of headers, and most values, are the same in every answer of a run.
        self._field = functools.lru_cache(MOST_FIELDS)(self._scrub_field)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._keys))})"

    __str__ = __repr__

    def __reduce__(self) -> str | tuple[object, ...]:
        raise InternalError("secrets are never written down", where="redaction")

    @property
    def roles(self) -> frozenset[str]:
        """Roles of the keys given."""
        return frozenset(self._keys)

    def fill(self, template: str) -> str:
        """Put keys into a template such as `Bearer {valid_longer}`; InternalError if unknown."""
        return _TEMPLATE.sub(lambda found: self._text(found[1]), template)

    def _text(self, name: str) -> str:
        if name in self._keys:
            return self._keys[name]
        role, _, change = name.rpartition("_")
        if role in self._keys and change == "longer":
            return self._keys[role] + LONGER
        if role in self._keys and change == "shorter":
            return self._keys[role][:-1]
        if role in self._keys and change == "swapped":
            # A key without letters has no other case, and must not pass as a wrong one.
            other = self._keys[role].swapcase()
            return other if other != self._keys[role] else other + LONGER
        raise InternalError(f"no key was given for the role {name!r}", where="redaction")

    def scrub(self, data: bytes) -> bytes:
        """Return data of the same length without secrets."""
        spans = [span for span in self._spans(data) if span[0] < span[1]]
        if spans:
            data = _overwrite(data, spans)
        for pattern in self._patterns:
            data = pattern.scrub(data)
        return data

    def scrub_body(self, body: bytes, content_encoding: str = "") -> bytes:
        """Like `scrub`; a gzip or deflate body with a secret inside is blanked altogether."""
        body = self.scrub(body)
        if content_encoding.strip().lower() in {"gzip", "x-gzip", "deflate"}:
            plain = _unpack(body)
            if self.scrub(plain) != plain:
                names = PLACEHOLDER.search(self.scrub(plain))
                role = names[1].decode() if names else ""
                return placeholder(role, "compressed", len(body))
        return body

    def scrub_text(self, text: str) -> str:
        """Like `scrub`, of a string: messages, details, anything that is printed."""
        return self.scrub(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def scrub_headers(self, headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Like `scrub`, of names and values (characters up to U+00FF); cookies never survive."""
        return tuple((self._field(name), self._value(name, value)) for name, value in headers)

    def _value(self, name: str, value: str) -> str:
        if name.strip().lower() in {"set-cookie", "cookie"}:
            return _hide_cookie(value)
        return self._field(value)

    def _scrub_field(self, text: str) -> str:
        data = self.scrub(text.encode("latin-1", "replace"))
        for role, key in self._short:
            hidden = placeholder(role, "", len(key.encode()))
            # Nothing in a placeholder is special in a replacement.
            data = re.sub(re.escape(key.encode()), hidden, data, flags=re.IGNORECASE)
        return data.decode("latin-1")

    def _spans(self, data: bytes) -> list[tuple[int, int, str, str]]:
        lowered = data.lower()
        spans: list[tuple[int, int, str, str]] = []
        if self._sieve is not None and self._sieve.search(lowered):
            for gram, places in self._pieces.items():
                if gram in lowered:
                    _find(gram, places, lowered, spans)
        return spans


def placeholder(role: str, spelling: str, length: int) -> bytes:
    """Return a placeholder of exactly so many bytes."""
    if length < 4:
        return b"~" * length
    room = length - 4
    name = f"{role}/{spelling}" if spelling else role
    if len(name) > room:
        name = role[:room]
    return b"[K:" + name.encode().ljust(room, b"~") + b"]"


Places = list[tuple[Needle, int]]


def _index(keys: Mapping[str, str]) -> dict[bytes, Places]:
    """Return piece → where it stands in which spellings."""
    index: dict[bytes, Places] = {}
    for needle in needles(keys):
        for offset, gram in needle.grams:
            index.setdefault(gram, []).append((needle, offset))
    return index


def _find(
    gram: bytes, places: Places, lowered: bytes, spans: list[tuple[int, int, str, str]]
) -> None:
    """Find every run around a piece that is long enough to give a key away."""
    for needle, offset in places:
        done = 0
        position = lowered.find(gram)
        while position >= 0:
            if position >= done:
                start, end = needle.extend(lowered, position, offset)
                if end - start >= needle.least:
                    spans.append((start, end, needle.role_of(end - start), needle.spelling))
                    done = end
            position = lowered.find(gram, position + 1)


def _overwrite(data: bytes, spans: list[tuple[int, int, str, str]]) -> bytes:
    """Replace spans; those that overlap become one, named after the longest of them."""
    spans.sort(key=lambda span: (span[0], -span[1]))
    pieces: list[bytes] = []
    done = 0
    index = 0
    while index < len(spans):
        start, end, role, spelling = spans[index]
        longest = end - start
        index += 1
        while index < len(spans) and spans[index][0] < end:
            if spans[index][1] - spans[index][0] > longest:
                longest = spans[index][1] - spans[index][0]
                role, spelling = spans[index][2:]
            end = max(end, spans[index][1])
            index += 1
        pieces += [data[done:start], placeholder(role, spelling, end - start)]
        done = end
    return b"".join([*pieces, data[done:]])


def _unpack(body: bytes) -> bytes:
    for window in (47, -15):
        try:
            return zlib.decompressobj(window).decompress(body, MAX_UNPACKED)
        except zlib.error:
            continue
    return b""


def _hide_cookie(value: str) -> str:
    """Hide what follows the name of each cookie; attributes such as Path stay."""
    first, separator, attributes = value.partition(";")
    name, equals, secret = first.partition("=")
    if not equals:
        name, secret = "", first
    hidden = f"[C:{'~' * (len(secret) - 4)}]" if len(secret) >= 4 else "~" * len(secret)
    return f"{name}{equals}{hidden}{separator}{attributes}"
