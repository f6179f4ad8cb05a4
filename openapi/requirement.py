"""Requirement: one normative sentence of the contract, graded by scope. Knows nothing of judges."""

from __future__ import annotations

import difflib
import re
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

CHAPTERS = (
    "transport",
    "auth",
    "request",
    "response",
    "framing",
    "stream",
    "errors",
    "limits",
    "context",
    "usage",
    "sampling",
    "models",
    "lora",
    "billing",
    "always",
)

KEY = "x-requirements"
_FIELDS = ("id", "level", "when", "text", "source", "why", "defects", "rows", "excluded")
_ID = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*")


class ContractError(Exception):
    """A contract document cannot be used: what is wrong, where, and what to do."""


class Level(StrEnum):
    """How binding a requirement is, as RFC 2119 uses the words."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Scope(StrEnum):
    """Who owes it: every OpenAI-compatible endpoint, or the gateway the contract describes."""

    ANY = "any"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One sentence, one observable."""

    id: str
    """`chapter.slug`; permanent, never reused."""
    text: str
    """The sentence a vendor is held to."""
    levels: Mapping[Scope, Level]
    """A scope that is missing is not judged."""
    when: tuple[str, ...]
    """Capabilities that must be effective for the sentence to apply."""
    source: str
    """Where the sentence comes from."""
    why: str
    """How a client breaks when it is not kept."""
    defects: tuple[str, ...]
    """Rows of the catalogue of defects seen in the wild, such as `A01`."""
    rows: tuple[str, ...]
    """Rows of the catalogue of candidate requirements, such as `E05`."""
    excluded: str | None
    """Why it cannot be judged from outside; None when it is judged."""
    pointer: str
    """JSON pointer of the entry in the contract."""

    @property
    def chapter(self) -> str:
        """The prefix of the id."""
        return self.id.partition(".")[0]

    def level(self, scope: Scope) -> Level | None:
        """Return the level in a scope, or None where the sentence is not judged."""
        return self.levels.get(scope)


def collect(document: Mapping[str, Any]) -> tuple[Requirement, ...]:
    """Return every requirement of a document, in reading order.

    Raises ContractError for an unknown key, an unknown chapter, a missing field or a duplicate id.
    """
    found: dict[str, Requirement] = {}
    for pointer, entry in _entries(document):
        requirement = _parse(entry, pointer)
        if requirement.id in found:
            first = found[requirement.id].pointer
            raise ContractError(
                f"requirement id {requirement.id!r} stands twice, at {first} and {pointer}; "
                "ids are permanent and unique: choose another for one of them"
            )
        found[requirement.id] = requirement
    return tuple(found.values())


def _entries(document: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Walk in reading order, each container once: aliases share one, and may share themselves."""
    seen: set[int] = set()
    stack: list[tuple[object, str]] = [(document, "")]
    while stack:
        node, pointer = stack.pop()
        if pointer.endswith(f"/{KEY}"):
            if not isinstance(node, list):
                raise ContractError(f"{pointer} must be a list of entries")
            yield from ((f"{pointer}/{index}", entry) for index, entry in enumerate(node))
        elif isinstance(node, Mapping | list) and id(node) not in seen:
            seen.add(id(node))
            pairs = node.items() if isinstance(node, Mapping) else enumerate(node)
            inner = [
                (value, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
                for key, value in pairs
                if isinstance(value, Mapping | list) or key == KEY
            ]
            stack.extend(reversed(inner))


def _parse(entry: object, pointer: str) -> Requirement:
    if not isinstance(entry, Mapping):
        raise ContractError(
            f"{pointer}: a requirement must be a mapping, not {reprlib.repr(entry)}"
        )
    for key in entry:
        if key not in _FIELDS:
            near = difflib.get_close_matches(str(key), _FIELDS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(_FIELDS)}"
            raise ContractError(f"{pointer}: unknown key {key!r} in a requirement; {hint}")
    identity = str(entry.get("id", ""))
    if not _ID.fullmatch(identity) or identity.partition(".")[0] not in CHAPTERS:
        raise ContractError(
            f"{pointer}: id {identity!r} is not `chapter.slug`; chapters: {', '.join(CHAPTERS)}"
        )
    excluded = entry.get("excluded")
    for field in ("text", "source") if excluded else ("text", "source", "why", "level"):
        if not entry.get(field):
            raise ContractError(f"{pointer}: requirement {identity!r} lacks {field!r}")
    return Requirement(
        id=identity,
        text=_line(entry["text"]),
        levels=_levels(entry.get("level") or {}, identity, pointer),
        when=_words(entry.get("when")),
        source=_line(entry["source"]),
        why=_line(entry.get("why", "")),
        defects=_words(entry.get("defects")),
        rows=_words(entry.get("rows")),
        excluded=_line(excluded) if excluded else None,
        pointer=pointer,
    )


def _levels(value: object, identity: str, pointer: str) -> Mapping[Scope, Level]:
    try:
        if isinstance(value, Mapping):
            return {Scope(scope): Level(level) for scope, level in value.items()}
        return dict.fromkeys(Scope, Level(str(value)))
    except ValueError as error:
        raise ContractError(
            f"{pointer}: level of {identity!r}: {error}; write `MUST`, or "
            "`{any: SHOULD, gateway: MUST}`"
        ) from None


def _line(value: object) -> str:
    return " ".join(str(value).split())


def _words(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
