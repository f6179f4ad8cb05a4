"""Control: what a test may read of a mock, under `/__gonogo__/`. The only door to Starlette.

Knows no call in flight: it reads the ledger and the journal, and asks for a token first.
"""

from __future__ import annotations

import hmac
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.control import adapters
from mock_server.keys import credentials
from mock_server.text import dumps

if TYPE_CHECKING:
    from mock_server.edge import Edge

Page = Callable[[Request], Awaitable[Response]]


def application(edge: Edge, token: str, prefix: str) -> Starlette:
    """Return the control API of a mock, below `prefix`."""

    async def ledger(_: Request) -> Response:
        read = edge.state.ledger()
        return _json(await read if inspect.isawaitable(read) else read)

    async def journal(_: Request) -> Response:
        return _json({"seen": edge.journal.seen, "calls": edge.journal.lines()})

    async def missing(_: Request) -> Response:
        return _refused(
            404, f"Nothing lives here; try {prefix}ledger, {prefix}journal or {prefix}adapters."
        )

    pages: dict[str, Page] = {"ledger": ledger, "journal": journal, "{rest:path}": missing}
    changing = _guarded(adapters.page(edge), token)
    return Starlette(
        routes=[
            Route(f"{prefix}adapters", changing, methods=["GET", "POST"]),
            Route(f"{prefix}adapters/{{name}}", changing, methods=["DELETE"]),
            *(Route(prefix + path, _guarded(page, token)) for path, page in pages.items()),
        ]
    )


def _guarded(page: Page, token: str) -> Page:
    async def guarded(request: Request) -> Response:
        given = credentials(request.headers.get("authorization", "")) or ""
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            return _refused(
                401,
                "The control API asks for its own token, which the mock printed when it started. "
                "Send it as 'Authorization: Bearer <token>'.",
            )
        return await page(request)

    return guarded


def _json(document: object, status: int = 200) -> Response:
    return Response(dumps(document), status, media_type="application/json")


def _refused(status: int, message: str) -> Response:
    kind = "authentication_error" if status == 401 else "not_found"
    error = {"message": message, "type": kind, "param": None, "code": None}
    return _json({"error": error}, status)
