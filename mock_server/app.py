"""The mock as an ASGI application, put together from settings. Knows no server and no port."""

from __future__ import annotations

import asyncio
import functools
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from mock_server import engines
from mock_server.completion import Engine
from mock_server.connection import Message, Receive, Send, on_a_task
from mock_server.documents import documents
from mock_server.edge import Edge
from mock_server.faults import fault
from mock_server.gateway import Gateway
from mock_server.scripts.stage import HEADER, Stage
from mock_server.seams import Behaviour
from mock_server.settings import Settings, SettingsError
from mock_server.state import backend
from mock_server.tokens import TokenizerError, Tokens
from mock_server.variants import variant
from mock_server.window import FAR

CONTROL = "/__gonogo__/"
"""Prefix of the control API; nothing of the contract may live below it."""

PLAYING = f"{CONTROL}as/"
"""Before the name of a script and the path of a request: that script is played for it."""
NAMES_DRAWN = 64


class App:
    """The whole mock: the gateway at its edge, and the control API beside it."""

    def __init__(self, edge: Edge, token: str) -> None:
        self.edge = edge
        self._token = token
        self._control: Callable[..., object] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; ASGI."""
        if scope["type"] == "http":
            if scope["path"].startswith(CONTROL):
                await self._controlled(scope, receive, send)
            else:
                await self.edge(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _controlled(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(PLAYING):
            await self.edge(_played(scope), receive, send)
            return
        # Starlette is imported by the first who asks for control, not by every start.
        from mock_server.control import application

        if self._control is None:
            self._control = application(self.edge, self._token, CONTROL)
        await on_a_task()
        await self._control(scope, receive, send)  # type: ignore[misc]

    async def aclose(self) -> None:
        """Let go of all that is held; nothing is answered any more."""
        await self.edge.agenda.aclose()
        self.edge.gateway.engine.close()
        await self.edge.state.aclose()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            ends = message["type"] == "lifespan.shutdown"
            if ends:
                await self.aclose()
            await send({"type": f"{message['type']}.complete"})
            if ends:
                return


def _played(scope: Message) -> Message:
    """Return what was asked at a script's own address, with the header that names the script."""
    name, _, path = scope["path"].removeprefix(PLAYING).partition("/")
    header = (HEADER.encode(), name.encode("latin-1", "replace"))
    return {**scope, "path": f"/{path}", "headers": [*scope["headers"], header]}


def build(
    settings: Settings,
    *,
    engine: Engine | None = None,
    clock: Callable[[], int] = time.time_ns,
    ids: Callable[[], str] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> App:
    """Put a mock together.

    `engine` takes the place of the one the settings name, `clock` tells nanoseconds since the
    epoch, `ids` makes names that never repeat and `sleep` lets seconds pass. Raises SettingsError,
    in one sentence, for an engine, a fault, a variant or a state nobody wrote.
    """
    behaviour = Behaviour([*fault.named(settings.faults), *variant.named(settings.variants)])
    settings = behaviour.settings(settings)
    served = documents(settings)
    settings = served.settings
    tokens = functools.cache(lambda: _tokens(settings))
    engine = engine or _engine(settings, tokens)
    surface = functools.partial(served.surface, tokens)
    stage = _stage(settings, tokens, engine)
    gateway = Gateway(settings, served.contract, engine, behaviour, ids or _random, surface, stage)
    served.settle(gateway)
    return App(
        Edge(gateway, backend(settings.state).build(settings.state), clock, sleep),
        settings.control_token,
    )


def _engine(settings: Settings, tokens: Callable[[], Tokens]) -> Engine:
    try:
        return engines.build(settings.engine, tokens(), settings.engine_options)
    except engines.EngineError as error:
        raise SettingsError(str(error)) from None


def _tokens(settings: Settings) -> Tokens:
    try:
        return Tokens.load(settings.tokenizer, FAR * settings.model.context_window)
    except TokenizerError as error:
        raise SettingsError(str(error)) from None


def _stage(settings: Settings, tokens: Callable[[], Tokens], engine: Engine) -> Stage:
    path = Path(settings.script) if settings.script else None
    stage = Stage(
        # An engine with a tokenizer of its own counts what a script says with it too.
        lambda: getattr(engine, "tokens", None) or tokens(),
        folder=path.parent if path is not None else None,
        shared=not settings.state.startswith("memory"),
    )
    if path is not None:
        _follow(stage, path)
    return stage


def _follow(stage: Stage, path: Path) -> None:
    from mock_server.scripts.reading import ScriptError
    from mock_server.scripts.watching import Watched

    try:
        stage.follow(Watched(path))
    except ScriptError as error:
        raise SettingsError(f"the script cannot be played: {error}") from None


class _Names:
    """Names that never repeat: twelve bytes of chance each, drawn many at a time."""

    def __init__(self) -> None:
        self._drawn: list[str] = []
        # A process that is split off must not go on with the same names.
        os.register_at_fork(after_in_child=self._drawn.clear)

    def __call__(self) -> str:
        if not self._drawn:
            chance = os.urandom(12 * NAMES_DRAWN).hex()
            self._drawn += [chance[at : at + 24] for at in range(0, len(chance), 24)]
        return self._drawn.pop()


_random = _Names()
