"""Asks workers that share a Redis, and counts what they ask of it."""

from __future__ import annotations

import asyncio
from typing import Any

from mock_server.app import App
from mock_server.quota import SECOND
from mock_server.text import dumps
from tests.mock_server.driving import KEY, LOOP, Answer, ask, body

HOST = {"host": "mock"}
CHAT = b"/v1/chat/completions"


class Clock:
    """Tells a second more whenever it is told to."""

    now = 1_800_000_000 * SECOND

    def __call__(self) -> int:
        return self.now


def using(app: App, key: str = "sk-aig-mock", **members: Any) -> Answer:
    raw = dumps(body(**members))
    given = {**HOST, "authorization": f"Bearer {key}", "content-length": str(len(raw))}
    return ask(app, raw, headers=given)


def learnt(app: App, key: str = "sk-aig-mock") -> Answer:
    """Ask once, and wait until the worker knows whose key it is."""
    answer = using(app, key)

    async def known() -> None:
        asked = app.edge._shared._asked.values()  # type: ignore[union-attr]
        await asyncio.gather(*asked)

    LOOP.run_until_complete(asyncio.wait_for(known(), 10))
    return answer


def evaluated(app: App) -> int:
    """Scripts that Redis has run; what is on its way is waited for."""

    async def told() -> Any:
        await app.edge.state.ledger()  # type: ignore[misc]
        return await app.edge.state._client.info("commandstats")  # type: ignore[attr-defined]

    return int(LOOP.run_until_complete(told())["cmdstat_evalsha"]["calls"])


def calls(app: App, **members: Any) -> tuple[Answer, int]:
    """Ask, and count the commands that it took."""
    before = evaluated(app)
    answer = using(app, **members)
    return answer, evaluated(app) - before - 1


def books(app: App) -> dict[str, Any]:
    async def read() -> Any:
        return await app.edge.state.ledger()  # type: ignore[misc]

    found: dict[str, Any] = LOOP.run_until_complete(read())
    return found


def later(app: App, raw: bytes, key: str = "sk-aig-mock") -> Any:
    """Return what waits for the answer to a request that is sold."""
    given = {**KEY, **HOST, "authorization": f"Bearer {key}", "content-type": "application/json"}
    headers = [(name.encode(), value.encode()) for name, value in given.items()]
    head = app.edge.head(CHAT, headers, str(len(raw)))
    assert head is not None
    return app.edge.later(head, raw)
