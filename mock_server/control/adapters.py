"""Adapters that come and go while the mock runs. Knows engines that load them, and no others."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol, runtime_checkable

from mock_server.control.page import Asked, Refused, page


@runtime_checkable
class Changeable(Protocol):
    """An engine whose adapters can change; both raise ValueError with a sentence."""

    def load_adapter(self, name: str, path: Path) -> None:
        """Check and load; waits until it can be asked for."""

    def unload_adapter(self, name: str) -> None:
        """Forget; waits until the last request that uses it has ended."""


@page("GET", "adapters")
async def listed(asked: Asked) -> object:
    """Answer with the names that are loaded now."""
    return {"adapters": asked.edge.gateway.engine.adapters()}


@page("POST", "adapters")
async def load(asked: Asked) -> object:
    """Load the adapter of `{"name", "path"}`."""
    engine = _changeable(asked)
    match asked.document():
        case {"name": str(name), "path": str(path)}:
            pass
        case _:
            raise Refused('the body must be {"name": ..., "path": ...}')
    if not asked.edge.gateway.settings.model.adapter_name_is_legal(name):
        raise Refused(f"{name!r} is no name for an adapter")
    try:
        await asyncio.to_thread(engine.load_adapter, name, Path(path))
    except ValueError as error:
        raise Refused(str(error)) from None
    return await listed(asked)


@page("DELETE", "adapters/{name}")
async def unload(asked: Asked) -> object:
    """Forget an adapter."""
    try:
        await asyncio.to_thread(_changeable(asked).unload_adapter, asked.arguments["name"])
    except ValueError as error:
        raise Refused(str(error)) from None
    return await listed(asked)


def _changeable(asked: Asked) -> Changeable:
    engine = asked.edge.gateway.engine
    if not isinstance(engine, Changeable):
        raise Refused(f"the {engine.name} engine's adapters are fixed")
    return engine
