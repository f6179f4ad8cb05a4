"""Adapters that come and go while the mock runs. Knows engines that load them, and no others."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from starlette.requests import Request
from starlette.responses import Response

from mock_server.text import NotJsonError, dumps, loads

if TYPE_CHECKING:
    from mock_server.edge import Edge


@runtime_checkable
class Changeable(Protocol):
    """An engine whose adapters can change; both raise ValueError with a sentence."""

    def load_adapter(self, name: str, path: Path) -> None:
        """Check and load; waits until it can be asked for."""

    def unload_adapter(self, name: str) -> None:
        """Forget; waits until the last request that uses it has ended."""


def page(edge: Edge) -> Adapters:
    """The page of a mock."""
    return Adapters(edge)


class Adapters:
    """GET lists, POST `{"name", "path"}` loads, DELETE `/NAME` unloads."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def __call__(self, request: Request) -> Response:
        """Answer with the names that are loaded now, or a sentence and 400."""
        engine = self._edge.gateway.engine
        if request.method != "GET":
            if not isinstance(engine, Changeable):
                return _refused(f"the {engine.name} engine's adapters are fixed")
            try:
                if request.method == "DELETE":
                    await asyncio.to_thread(engine.unload_adapter, request.path_params["name"])
                else:
                    name, path = _asked(await request.body())
                    facts = self._edge.gateway.settings.model
                    if not facts.adapter_name_is_legal(name):
                        return _refused(f"{name!r} is no name for an adapter")
                    await asyncio.to_thread(engine.load_adapter, name, Path(path))
            except ValueError as error:
                return _refused(str(error))
        return Response(dumps({"adapters": engine.adapters()}), media_type="application/json")


def _asked(body: bytes) -> tuple[str, str]:
    try:
        asked = loads(body)
    except NotJsonError:
        asked = None
    match asked:
        case {"name": str(name), "path": str(path)}:
            return name, path
        case _:
            raise ValueError('the body must be {"name": ..., "path": ...}')


def _refused(message: str) -> Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return Response(dumps({"error": error}), 400, media_type="application/json")
