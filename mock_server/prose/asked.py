"""What the last turn asks for: a text word for word, counting, a list, or simply a long answer.

Reads plain text only; knows no engine. The rules are few and literal, so that a test author can
predict them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

EDGE: Final = 300
"""Characters at each end of a prompt where a wish for length is looked for: an instruction stands
there, and a long text in the middle is no instruction."""

_POLITE = r"(?:please |kindly |now |just |can you |could you )*"
_WORD_FOR_WORD = re.compile(
    rf"^[ \t]*{_POLITE}(?:repeat|echo|say|write|reply with|respond with|answer with|output)"
    r"(?: exactly| back| after me| verbatim| only| just| the following| this| text| words?"
    r"| sentence| phrase| the)*[ \t]*:\s*(?P<text>\S.*)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_TIMES = re.compile(
    rf"^[ \t]*{_POLITE}(?:repeat|say|write)(?: the)?(?: word)? ['\"]?(?P<word>[^\s'\"]+)['\"]?"
    r" (?P<count>\d{1,6}) times",
    re.IGNORECASE | re.MULTILINE,
)
_SAY = re.compile(
    rf"^[ \t]*{_POLITE}(?:say|reply with|respond with|answer with)"
    r"(?: exactly| only| just)*(?: the words?)? (?P<text>\S[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_COUNT = re.compile(
    r"\bcount (?:slowly |out loud |up |down )*(?:from (?P<first>\d{1,9}) )?(?:up |down )?to "
    r"(?P<last>\d{1,9})\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"^[ \t]*(?:please )?(?:list|name|give me)(?: a list of)? "
    r"(?P<count>\d{1,3}|two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE | re.MULTILINE,
)
_LONG = re.compile(
    r"(?<!how )(?<!as )(?<!so )\blong\b(?! as| ago)|\bstory\b|\bat length\b|\bessay\b|\bnovel\b"
    r"|\bin (?:great )?detail\b|\bas much as you can\b|\bnever stop\b|\bdo not stop\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""^(["'`“])(.+)["'`”]\.?$""", re.DOTALL)
_NUMBERS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_THINGS: Final = (
    "lamp", "river", "garden", "bridge", "letter", "window", "song", "boat",
    "table", "tree", "market", "train", "bird", "road", "house", "café",
)  # fmt: skip

_TELLING: Final = (
    "repeat", "echo", "say", "write", "reply", "respond", "answer", "output", "count", "list",
    "name", "give", "long", "story", "length", "essay", "novel", "detail", "much", "stop",
)  # fmt: skip
"""Without one of these, none of the above is found."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt's wish."""

    parts: Callable[[], Iterable[str]] | None = None
    """Makes the text to give word for word, in parts, lazily; None for free prose."""
    long: bool = False
    """Prose that only the ceiling ends."""


def asked(text: str) -> Asked:
    """Read a turn; short ones are remembered."""
    return _remembered(text) if len(text) <= 4 * EDGE else _read(text)


def _read(text: str) -> Asked:
    lowered = text.lower()
    if not any(map(lowered.__contains__, _TELLING)):
        return Asked()
    if found := _WORD_FOR_WORD.search(text):
        whole = found["text"].rstrip()
        return Asked(lambda: _words(whole))
    edges = text if len(text) <= 2 * EDGE else f"{text[:EDGE]}\n{text[-EDGE:]}"
    if found := _TIMES.search(edges):
        word, times = found["word"], int(found["count"])
        return Asked(lambda: _times(word, times))
    if found := _COUNT.search(edges):
        first, last = int(found["first"] or 1), int(found["last"])
        return Asked(lambda: _counting(first, last))
    if found := _LIST.search(edges):
        said = found["count"].lower()
        count = int(said) if said.isdigit() else _NUMBERS.index(said) + 2
        return Asked(lambda: _listing(count, len(text)))
    if _LONG.search(edges):
        return Asked(long=True)
    if found := _SAY.search(edges):
        quoted = _QUOTED.match(found["text"].strip())
        words = quoted[2] if quoted else found["text"].strip()
        return Asked(lambda: _words(words))
    return Asked()


_remembered = functools.lru_cache(1024)(_read)


def _words(text: str) -> Iterable[str]:
    return (text,)


def _times(word: str, times: int) -> Iterable[str]:
    for index in range(times):
        yield f" {word}" if index else word


def _counting(first: int, last: int) -> Iterable[str]:
    step = 1 if first <= last else -1
    for number in range(first, last, step):
        yield f"{number}," if number == first else f" {number},"
    yield f" {last}" if first != last else f"{last}"


def _listing(count: int, offset: int) -> Iterable[str]:
    for index in range(count):
        thing = _THINGS[(index + offset) % len(_THINGS)]
        yield f"{index + 1}. {thing}" if not index else f"\n{index + 1}. {thing}"
