"""Errands of the account surface: an engine asked, the ledger read, time let pass, a call made."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from mock_server.completion import (
    AtOnce,
    Completion,
    Engine,
    EngineFailure,
    EngineSaturated,
    Prompt,
)
from mock_server.errand import Errand
from mock_server.past import Asked
from mock_server.state import Wishes

if TYPE_CHECKING:
    from mock_server.edge import Edge


@dataclass(frozen=True, slots=True)
class Generate(Errand):
    """A whole answer of an engine; granted with a `Completion`, or with the engine's failure."""

    engine: Engine
    prompt: Prompt

    async def run(self, edge: Edge) -> Completion | EngineFailure | EngineSaturated:
        """Generate."""
        # Many in a row must not keep others waiting.
        await edge.agenda.breathe()
        try:
            return await self._completion()
        except (EngineFailure, EngineSaturated) as error:
            return error

    async def _completion(self) -> Completion:
        if hasattr(self.engine, "completion"):
            return cast(AtOnce, self.engine).completion(self.prompt)
        made = self.engine.pieces(self.prompt)
        if isinstance(made, AsyncIterator):
            return Completion.fold(self.prompt, [piece async for piece in made])
        return Completion.fold(self.prompt, made)


@dataclass(frozen=True, slots=True)
class Written(Errand):
    """The entries of the ledger; granted with a list of them, oldest first."""

    async def run(self, edge: Edge) -> list[dict[str, Any]]:
        """Read."""
        read = edge.state.ledger()
        ledger = await read if inspect.isawaitable(read) else read
        entries: list[dict[str, Any]] = ledger["entries"]
        return entries


@dataclass(frozen=True, slots=True)
class Calls(Errand):
    """The last calls, by the journal; granted with a list, oldest first."""

    async def run(self, edge: Edge) -> list[dict[str, Any]]:
        """Read."""
        _, lines = await edge.flow(edge.journal.read())
        found: list[dict[str, Any]] = lines
        return found


@dataclass(frozen=True, slots=True)
class Recall(Errand):
    """A past request of an account by its id; granted with `Asked`, or None."""

    request: str
    account: str

    async def run(self, edge: Edge) -> Asked | None:
        """Look."""
        return edge.past.find(self.request, self.account)


@dataclass(frozen=True, slots=True)
class Now(Errand):
    """What the clock says; granted with nanoseconds since the epoch."""

    async def run(self, edge: Edge) -> int:
        """Look."""
        return edge.clock()


@dataclass(frozen=True, slots=True)
class Later(Errand):
    """A flow that is run at a time, in nanoseconds; granted with False where too many wait."""

    at: int
    flow: Callable[[], Wishes]

    async def run(self, edge: Edge) -> bool:
        """Note it; nobody waits for it."""
        return edge.agenda.note(self.at, lambda: edge.flow(self.flow()))


@dataclass(frozen=True, slots=True)
class Sleep(Errand):
    """Time that passes; granted with None. Only for flows that nobody waits for."""

    seconds: float

    async def run(self, edge: Edge) -> None:
        """Wait."""
        await edge.agenda.sleep(self.seconds)


@dataclass(frozen=True, slots=True)
class Post(Errand):
    """A request to another server; granted with its status, or a word for what went wrong."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    async def run(self, edge: Edge) -> int | str:
        """Send; a redirect is not followed."""
        # Only who calls back needs a client of HTTP.
        from mock_server.outgoing import post

        return await post(self.url, self.headers, self.body)
