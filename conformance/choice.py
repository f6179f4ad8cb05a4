"""One choice of a stream, put together from its deltas. Knows nothing of the other choices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from conformance.json_view import ABSENT, integer, whole
from conformance.kept import MOST_KEPT
from conformance.oddity import Seen, Strange

Odd = tuple[Strange, str, Any]
"""Kind, pointer within the choice, value."""


class Phase(StrEnum):
    """States of a choice."""

    OPENING = "opening"
    ROLE = "role"
    CONTENT = "content"
    FINISHED = "finished"


class Part(StrEnum):
    """What a chunk holds for a choice."""

    ROLE = "role"
    TEXT = "text"
    FINISH = "finish"


PHASES: dict[tuple[Phase, Part], tuple[Phase, Strange | None]] = {
    (Phase.OPENING, Part.ROLE): (Phase.ROLE, None),
    (Phase.OPENING, Part.TEXT): (Phase.CONTENT, Strange.TEXT_BEFORE_ROLE),
    (Phase.OPENING, Part.FINISH): (Phase.FINISHED, Strange.FINISH_BEFORE_ROLE),
    (Phase.ROLE, Part.ROLE): (Phase.ROLE, None),
    (Phase.ROLE, Part.TEXT): (Phase.CONTENT, None),
    (Phase.ROLE, Part.FINISH): (Phase.FINISHED, None),
    (Phase.CONTENT, Part.ROLE): (Phase.CONTENT, None),
    (Phase.CONTENT, Part.TEXT): (Phase.CONTENT, None),
    (Phase.CONTENT, Part.FINISH): (Phase.FINISHED, None),
    (Phase.FINISHED, Part.ROLE): (Phase.FINISHED, Strange.ROLE_AFTER_FINISH),
    (Phase.FINISHED, Part.TEXT): (Phase.FINISHED, Strange.TEXT_AFTER_FINISH),
    (Phase.FINISHED, Part.FINISH): (Phase.FINISHED, Strange.SECOND_FINISH),
}
"""Drawn in the docstring of `conformance.stream`."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call, put together from its fragments."""

    index: int
    indexed: bool
    """Whether every fragment gave its index; without one, the place in the list is taken."""
    ids: tuple[Any, ...]
    names: tuple[Any, ...]
    arguments: str
    """All string fragments of the arguments, joined."""
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice. `Seen` pairs a value with the index of its event."""

    index: int
    phase: Phase
    text: str
    """Its string contents joined; always encodable."""
    pieces: tuple[Seen, ...]
    """Its non-empty string contents."""
    roles: tuple[Seen, ...]
    """Every non-null role, as it came."""
    finishes: tuple[Seen, ...]
    """Every non-null finish_reason, as it came: also `""` and other nonsense."""
    tool_calls: tuple[ToolCall, ...]
    logprobs: tuple[Seen, ...]
    """The entries of `logprobs.content`, as they came."""
    refusal: str
    keys: tuple[Seen, ...]
    """Names in its deltas, each with the event where it first came."""
    first: int
    """Its first event."""
    last: int

    @property
    def role(self) -> Any:
        """The first role, or ABSENT."""
        return self.roles[0].value if self.roles else ABSENT

    @property
    def finish(self) -> Any:
        """The first finish_reason, or ABSENT."""
        return self.finishes[0].value if self.finishes else ABSENT


@dataclass(slots=True)
class _Call:
    indexed: bool = True
    ids: list[Any] = field(default_factory=list)
    names: list[Any] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    events: list[int] = field(default_factory=list)


class ChoiceBuilder:
    """Takes the deltas of one choice."""

    def __init__(self, index: int, first: int) -> None:
        """Begin a choice with its index and its first event."""
        self.index = index
        self.phase = Phase.OPENING
        self._pieces: list[Seen] = []
        self._roles: list[Seen] = []
        self._finishes: list[Seen] = []
        self._calls: dict[int, _Call] = {}
        self._logprobs: list[Seen] = []
        self._refusal: list[str] = []
        self._keys: dict[str, int] = {}
        self._first = self._last = first

    @property
    def finished(self) -> bool:
        """Whether a finish_reason came."""
        return self.phase is Phase.FINISHED

    def feed(self, event: int, choice: dict[str, Any]) -> Iterator[Odd]:
        """Take one entry of a chunk's choices; yield what is odd about it."""
        self._last = event
        if "message" in choice:
            yield Strange.MESSAGE_IN_CHUNK, "/message", choice["message"]
        yield from self._logprob_entries(event, choice.get("logprobs"))
        delta = choice.get("delta", ABSENT)
        if isinstance(delta, dict):
            yield from self._delta(event, delta)
        else:
            strange = Strange.MISSING if delta is ABSENT else Strange.WRONG_TYPE
            yield strange, "/delta", delta
        finish = choice.get("finish_reason")
        if finish is not None:
            self._finishes.append(Seen(event, finish))
            if isinstance(finish, str) and finish:
                yield from self._advance(Part.FINISH, "/finish_reason", finish)
            else:
                yield Strange.WRONG_TYPE, "/finish_reason", finish

    def close(self) -> Choice:
        """What the deltas add up to."""
        return Choice(
            index=self.index,
            phase=self.phase,
            text=whole([piece.value for piece in self._pieces]),
            pieces=tuple(self._pieces),
            roles=tuple(self._roles),
            finishes=tuple(self._finishes),
            tool_calls=tuple(
                ToolCall(
                    index,
                    call.indexed,
                    tuple(call.ids),
                    tuple(call.names),
                    whole(call.arguments),
                    tuple(call.events),
                )
                for index, call in sorted(self._calls.items())
            ),
            logprobs=tuple(self._logprobs),
            refusal=whole(self._refusal),
            keys=tuple(Seen(event, name) for name, event in self._keys.items()),
            first=self._first,
            last=self._last,
        )

    def _advance(self, part: Part, pointer: str, value: object) -> Iterator[Odd]:
        self.phase, strange = PHASES[self.phase, part]
        if strange:
            yield strange, pointer, value

    def _delta(self, event: int, delta: dict[str, Any]) -> Iterator[Odd]:
        for name in list(delta)[:100]:
            if len(self._keys) < MOST_KEPT:
                self._keys.setdefault(name, event)
        role = delta.get("role")
        if role is not None:
            self._roles.append(Seen(event, role))
            if isinstance(role, str) and role:
                yield from self._advance(Part.ROLE, "/delta/role", role)
            else:
                yield Strange.WRONG_TYPE, "/delta/role", role
        content = delta.get("content")
        if isinstance(content, str) and content:
            self._pieces.append(Seen(event, content))
            yield from self._advance(Part.TEXT, "/delta/content", content)
        elif content is not None and content != "":
            yield Strange.WRONG_TYPE, "/delta/content", content
        refusal = delta.get("refusal")
        if isinstance(refusal, str) and refusal:
            self._refusal.append(refusal)
            yield from self._advance(Part.TEXT, "/delta/refusal", refusal)
        elif refusal is not None and refusal != "":
            yield Strange.WRONG_TYPE, "/delta/refusal", refusal
        yield from self._tool_calls(event, delta.get("tool_calls"))

    def _tool_calls(self, event: int, calls: object) -> Iterator[Odd]:
        if calls is None or calls == []:
            return
        if not isinstance(calls, list):
            yield Strange.WRONG_TYPE, "/delta/tool_calls", calls
            return
        yield from self._advance(Part.TEXT, "/delta/tool_calls", calls)
        for position, fragment in enumerate(calls):
            pointer = f"/delta/tool_calls/{position}"
            if not isinstance(fragment, dict):
                yield Strange.WRONG_TYPE, pointer, fragment
                continue
            index = integer(fragment.get("index"))
            if index is None:
                strange = Strange.WRONG_TYPE if "index" in fragment else Strange.MISSING
                yield strange, f"{pointer}/index", fragment.get("index", ABSENT)
            call = self._calls.setdefault(position if index is None else index, _Call())
            call.indexed = call.indexed and index is not None
            call.events.append(event)
            if fragment.get("id") is not None:
                call.ids.append(fragment["id"])
            function = fragment.get("function")
            if not isinstance(function, dict):
                if function is not None:
                    yield Strange.WRONG_TYPE, f"{pointer}/function", function
                continue
            if function.get("name") is not None:
                call.names.append(function["name"])
            arguments = function.get("arguments")
            if isinstance(arguments, str):
                call.arguments.append(arguments)
            elif arguments is not None:
                yield Strange.WRONG_TYPE, f"{pointer}/function/arguments", arguments

    def _logprob_entries(self, event: int, logprobs: object) -> Iterator[Odd]:
        if logprobs is None:
            return
        if not isinstance(logprobs, dict):
            yield Strange.WRONG_TYPE, "/logprobs", logprobs
            return
        entries = logprobs.get("content")
        if isinstance(entries, list):
            self._logprobs.extend(Seen(event, entry) for entry in entries)
        elif entries is not None:
            yield Strange.WRONG_TYPE, "/logprobs/content", entries
