"""JSON read strictly and without trust: what does not conform is said, never raised.

Knows nothing of chat. RFC 8259; depth and the length of numbers are bounded.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

DEEPEST = 200
"""Levels of nesting that are read; a deeper document is a problem, not a crash."""
LONGEST_NUMBER = 1000
_MOST_KEPT = 100
_SHORT = 200
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.?+)*+(?:"|\Z)|([\[{])|([\]}])', re.DOTALL)
_BLANKS = " \t\r\n"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Absent(Enum):
    """Stands for a value that is not there, where None would mean null."""

    ABSENT = "absent"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Json:
    """A text read as JSON."""

    value: Any = None
    """What was read; None also where it is not JSON, hence look at `problem` first."""
    problem: str = ""
    """Why it is not JSON, with the byte offset; empty when it is."""
    offset: int | None = None
    """Byte offset of the problem in the text."""
    duplicate_keys: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    """NaN, Infinity, -Infinity: read, but not JSON; then `problem` says so too."""
    long_numbers: tuple[str, ...] = ()
    """Beginnings of numbers of over 1,000 characters; they are read as infinite."""
    lone_surrogates: bool = False
    """Whether a string holds half a surrogate pair, so that it is no text."""
    bom: bool = False

    @property
    def ok(self) -> bool:
        """Whether the text is JSON."""
        return not self.problem

    def at(self, *path: str | int) -> Any:
        """The value under keys and indexes, or ABSENT; never raises."""
        return dig(self.value, *path)

    @property
    def fields(self) -> dict[str, Any]:
        """The value when it is an object, otherwise an empty one."""
        return mapping(self.value)


def read(text: str) -> Json:
    """Read a text as JSON."""
    return Reader().read(text)


class Reader:
    """Reads many texts; to set up a parser takes longer than to read a chunk with it."""

    def __init__(self) -> None:
        self._notes = _Notes()
        self._plain: dict[str, Json] = {}
        """Short texts that hold no object: a stream that is broken is so everywhere alike."""
        decoder = json.JSONDecoder(
            object_pairs_hook=self._notes.pairs,
            parse_constant=self._notes.constant,
            parse_int=self._notes.whole,
            parse_float=self._notes.fraction,
        )
        # The scanner itself: its decoder makes an error of each text that is cut short.
        self._scan: Callable[[str, int], tuple[Any, int]] = decoder.scan_once  # type: ignore[attr-defined]

    def read(self, text: str) -> Json:
        """Read a text as JSON."""
        document = self._plain.get(text)
        if document is None:
            document = self._read(text)
            shared = not isinstance(document.value, dict | list)
            if shared and len(text) <= _SHORT and len(self._plain) < _MOST_KEPT:
                self._plain[text] = document
        return document

    def _read(self, text: str) -> Json:
        bom = text.startswith("\ufeff")
        text = text[1:] if bom else text
        shift = 3 if bom else 0
        start = len(text) - len(text.lstrip(_BLANKS))
        if start == len(text):
            return _unread("is empty", shift, bom)
        deep = _too_deep(text)
        if deep is not None:
            offset = shift + _bytes(text, deep)
            return _unread(f"is nested deeper than {DEEPEST} levels at byte {offset}", offset, bom)
        notes = self._notes
        if notes.taken:
            notes.clear()
        try:
            value, end = self._scan(text, start)
            rest = text[end:].lstrip(_BLANKS)
            if rest:
                at = len(text) - len(rest)
                return _not_json("extra data", shift + _bytes(text, at), bom)
        except StopIteration as stop:
            return _not_json("expecting value", shift + _bytes(text, stop.value), bom)
        except json.JSONDecodeError as error:
            return _not_json(_lower(error.msg), shift + _bytes(text, error.pos), bom)
        except (RecursionError, ValueError, OverflowError, MemoryError) as error:
            return Json(problem=f"could not be read as JSON: {type(error).__name__}", bom=bom)
        names = ", ".join(notes.constants[:3])
        return Json(
            value=value,
            problem=f"is not JSON: holds {names}" if names else "",
            duplicate_keys=tuple(notes.duplicates),
            constants=tuple(notes.constants),
            long_numbers=tuple(notes.long_numbers),
            lone_surrogates=bool(_SURROGATE.search(text)) and not encodable(value),
            bom=bom,
        )


def dig(value: object, *path: str | int) -> Any:
    """The value under keys and indexes, or ABSENT; never raises."""
    for step in path:
        match value, step:
            case dict(), str() if step in value:
                value = value[step]
            case list(), int() if -len(value) <= step < len(value):
                value = value[step]
            case _:
                return ABSENT
    return value


def mapping(value: object) -> dict[str, Any]:
    """The value when it is an object, otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """The value when it is an array, otherwise an empty one."""
    return value if isinstance(value, list) else []


def integer(value: object) -> int | None:
    """The value when it is an integer; true, false and 1.0 are none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def string(value: object) -> str | None:
    """The value when it is a string."""
    return value if isinstance(value, str) else None


def kind(value: object) -> str:
    """What a value is called in JSON: `null`, `boolean`, `integer`, `number`, ..., `absent`."""
    match value:
        case Absent():
            return "absent"
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return type(value).__name__


def encodable(value: object) -> bool:
    """Whether every string in a value is text, free of lone surrogates."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def whole(pieces: list[str]) -> str:
    """Pieces of text as one text: surrogate pairs cut apart are joined, lone halves replaced."""
    text = "".join(pieces)
    if text.isascii() or encodable(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class _Notes:
    """What the parser's hooks met."""

    def __init__(self) -> None:
        self.duplicates: list[str] = []
        self.constants: list[str] = []
        self.long_numbers: list[str] = []
        self.taken = False
        """Whether there are any."""

    def clear(self) -> None:
        self.taken = False
        self.duplicates.clear()
        self.constants.clear()
        self.long_numbers.clear()

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen and name not in self.duplicates:
                    self._keep(self.duplicates, name)
                seen.add(name)
        return found

    def constant(self, name: str) -> float:
        self._keep(self.constants, name)
        return float(name)

    def whole(self, digits: str) -> int | float:
        return int(digits) if len(digits) <= LONGEST_NUMBER else self._long(digits)

    def fraction(self, digits: str) -> float:
        return float(digits) if len(digits) <= LONGEST_NUMBER else self._long(digits)

    def _long(self, digits: str) -> float:
        self._keep(self.long_numbers, digits[:40])
        return float("-inf" if digits.startswith("-") else "inf")

    def _keep(self, kept: list[str], item: str) -> None:
        self.taken = True
        if len(kept) < _MOST_KEPT:
            kept.append(item)


def _too_deep(text: str) -> int | None:
    if len(text) <= DEEPEST or text.count("[") + text.count("{") <= DEEPEST:
        return None
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    level = 0
    for part in _STRUCTURE.finditer(text):
        if part.group(1):
            level += 1
            if level > DEEPEST:
                return part.start()
        elif part.group(2):
            level -= 1
    return None


def _not_json(why: str, offset: int, bom: bool) -> Json:
    return _unread(f"is not JSON: {why} at byte {offset}", offset, bom)


@functools.lru_cache(maxsize=1000)
def _unread(problem: str, offset: int, bom: bool) -> Json:
    """What cannot be read; a stream may be full of it, broken everywhere in the same way."""
    return Json(problem=problem, offset=offset, bom=bom)


def _bytes(text: str, position: int) -> int:
    if text.isascii():
        return position
    return len(text[:position].encode(errors="surrogatepass"))


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].removesuffix(" at")
