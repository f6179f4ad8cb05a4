"""Seams: the places where a mock may be told to behave otherwise. Knows no particular behaviour.

A behaviour is a function under a name, put at one seam. Faults (`mock_server.faults`) break one
requirement each; variants (`mock_server.variants`) differ in a way the contract allows. Which seams
there are, and a behaviour for each, stands in the docstring of `mock_server.faults`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from mock_server.completion import Piece, Prompt
from mock_server.problem import Problem, nearest
from mock_server.quota import Allowance
from mock_server.settings import Settings, SettingsError

if TYPE_CHECKING:
    from types import ModuleType

    from mock_server.admission import Step
    from mock_server.call import Call
    from mock_server.message import Reply
    from mock_server.state import Settle

Act = TypeVar("Act", bound=Callable[..., Any])
Thing = TypeVar("Thing")


class Seam(StrEnum):
    """Where a behaviour acts; the names that `at=` takes."""

    SETTINGS = "settings"
    ADMISSION = "admission"
    BODY = "body"
    PROMPT = "prompt"
    ALLOWANCE = "allowance"
    PIECES = "pieces"
    DOCUMENT = "document"
    CHUNKS = "chunks"
    EVENTS = "events"
    CHARGE = "charge"
    PROBLEM = "problem"
    REPLY = "reply"
    WRITES = "writes"


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes written below HTTP, as they are: no chunk header is put around them."""

    data: bytes


@dataclass(frozen=True, slots=True)
class HangUp:
    """The connection ends here, whatever was promised: closed, or reset with RST."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for a while, not even a sign of life, and all that follows comes later."""

    nanoseconds: int


Write = bytes | Raw | HangUp | Pause


@dataclass(frozen=True, slots=True)
class Behaving:
    """A named behaviour."""

    name: str
    seam: Seam
    act: Callable[..., Any]
    below: bool = False
    """It reaches below HTTP, which only the mock's own server can."""

    @property
    def sentence(self) -> str:
        """What it does, in a line."""
        return (self.act.__doc__ or "").strip().partition("\n")[0]


class Register:
    """The behaviours of a folder, found by their files; a file's name is the prefix they share."""

    def __init__(self, package: str, word: str) -> None:
        self._package = package
        self._word = word
        self._known: dict[str, list[Behaving]] = {}
        self._complete = False

    def __call__(self, name: str, at: str, *, below: bool = False) -> Callable[[Act], Act]:
        """Register a function under a name at a seam; one name may act at several seams.

        `below` marks one that uses `Raw` or `HangUp`.
        """

        def registered(act: Act) -> Act:
            if not act.__doc__:
                raise TypeError(f"{self._word} {name!r} needs a docstring that says what it does")
            self._known.setdefault(name, []).append(Behaving(name, Seam(at), act, below))
            return act

        return registered

    def known(self) -> Mapping[str, list[Behaving]]:
        """Return every behaviour of the folder, by name, in the order of files and lines."""
        if not self._complete:
            package: ModuleType = importlib.import_module(self._package)
            found = pkgutil.walk_packages(package.__path__, f"{self._package}.")
            for module in sorted(found, key=lambda one: one.name):
                importlib.import_module(module.name)
            self._complete = True
        return self._known

    def named(self, names: Iterable[str]) -> list[Behaving]:
        """Return the behaviours under some names; raises SettingsError for an unknown one."""
        chosen: list[Behaving] = []
        for name in names:
            if name not in self.known():
                raise SettingsError(
                    f"there is no {self._word} {name!r}.{nearest(name, self.known())} "
                    f"--list-{self._word}s prints them all"
                )
            chosen += self.known()[name]
        return chosen


class Behaviour:
    """Faults and variants chosen for a mock, in the order they were given, by seam."""

    def __init__(self, chosen: Iterable[Behaving] = ()) -> None:
        self.chosen = tuple(chosen)
        acts: dict[Seam, list[Callable[..., Any]]] = {seam: [] for seam in Seam}
        for one in self.chosen:
            acts[one.seam].append(one.act)
        self._acts = {seam: tuple(found) for seam, found in acts.items()}
        self.plain = not self.chosen
        """Nothing behaves otherwise."""
        self.touches_pieces = bool(self._acts[Seam.PIECES])
        self.touches_chunks = bool(self._acts[Seam.CHUNKS])
        self.touches_writes = bool(self._acts[Seam.WRITES])
        self.touches_streams = any(
            self._acts[seam] for seam in (Seam.CHUNKS, Seam.EVENTS, Seam.WRITES)
        )

    def settings(self, settings: Settings) -> Settings:
        """Change what the mock is started with."""
        for act in self._acts[Seam.SETTINGS]:
            settings = act(settings)
        return settings

    def admission(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """Change which steps admission takes."""
        for act in self._acts[Seam.ADMISSION]:
            steps = act(steps)
        return steps

    def body(self, body: dict[str, Any], call: Call) -> dict[str, Any]:
        """Change a request's JSON object before it is checked."""
        return self._through(Seam.BODY, body, call)

    def prompt(self, prompt: Prompt, call: Call) -> Prompt:
        """Change what the engine is asked."""
        return self._through(Seam.PROMPT, prompt, call)

    def allowance(self, allowance: Allowance, call: Call) -> Allowance:
        """Change what a quota answered."""
        return self._through(Seam.ALLOWANCE, allowance, call)

    def document(self, document: dict[str, Any], call: Call) -> dict[str, Any]:
        """Change the JSON object of an answer, errors included."""
        return self._through(Seam.DOCUMENT, document, call)

    def charge(self, settle: Settle, call: Call) -> Settle:
        """Change what the ledger is told."""
        return self._through(Seam.CHARGE, settle, call)

    def problem(self, problem: Problem, call: Call) -> Problem:
        """Change a refusal."""
        return self._through(Seam.PROBLEM, problem, call)

    def reply(self, reply: Reply, call: Call) -> Reply:
        """Change status, headers and bytes of an answer, or the head of a stream."""
        return self._through(Seam.REPLY, reply, call)

    def pieces(self, pieces: AsyncGenerator[Piece], call: Call) -> AsyncGenerator[Piece]:
        """Change what the engine made."""
        return self._through(Seam.PIECES, pieces, call)

    def chunks(
        self, chunks: AsyncGenerator[dict[str, Any]], call: Call
    ) -> AsyncGenerator[dict[str, Any]]:
        """Change the JSON objects of a stream; the sentinel is not one."""
        return self._through(Seam.CHUNKS, chunks, call)

    def events(self, events: AsyncGenerator[bytes], call: Call) -> AsyncGenerator[bytes]:
        """Change the bytes of each event of a stream."""
        return self._through(Seam.EVENTS, events, call)

    def writes(self, writes: AsyncGenerator[Any], call: Call) -> AsyncGenerator[Write]:
        """Change how bytes reach the connection."""
        return self._through(Seam.WRITES, writes, call)

    def _through(self, seam: Seam, thing: Thing, call: Call) -> Thing:
        for act in self._acts[seam]:
            thing = act(thing, call)
        return thing
