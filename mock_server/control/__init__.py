'''Control: what a test may read of a mock and do to it, under `/__gonogo__/`. Knows no page.

A page is a coroutine function in a file of this folder, and nothing else lists it:

    @page("POST", "jobs/{id}/fail")
    async def fail(asked: Asked) -> object:
        """Let a job fail."""
        reason = asked.document().get("reason")
        if not isinstance(reason, str):
            raise Refused("'reason' must be a text")
        return await asked.grant(failing(asked.arguments["id"], reason))   # JSON, by status 200

Every page asks for the token first, and for a body of at most 1 MiB, except for one that is
`public`. What it raises as `Refused` is told with its status, in the shape of every other refusal;
`asked.grant` takes a flow of wishes (see `mock_server.state`), so it works with any state.
'''

from __future__ import annotations

import hmac
import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.control.asker import admit
from mock_server.control.page import BODY_LIMIT, Asked, Page, Refused, known
from mock_server.keys import credentials
from mock_server.message import JSON, Reply
from mock_server.problem import Problem
from mock_server.text import dumps

if TYPE_CHECKING:
    from mock_server.edge import Edge

Endpoint = Callable[[Request], Awaitable[Response]]


def application(edge: Edge, token: str, prefix: str) -> Starlette:
    """Return the control API of a mock, below `prefix`; raises ImportError for a broken page."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    by_path: dict[str, dict[str, Page]] = {}
    for page in known():
        by_path.setdefault(page.path, {})[page.method] = page
    # What has no parameter is looked for first, so that no parameter takes its place.
    paths = sorted(by_path, key=lambda path: (path.count("{"), path))
    every = [(path, _endpoint(edge, token, by_path[path])) for path in paths]
    missing = _endpoint(edge, token, {}, sorted(filter(None, by_path)))
    return Starlette(
        routes=[
            *(Route(prefix + path, endpoint, methods=METHODS) for path, endpoint in every),
            Route(f"{prefix}{{rest:path}}", missing, methods=METHODS),
        ]
    )


PRIVATE = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
"""Headers of every answer: it is for whoever asked, and for no page of another origin."""
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


def _endpoint(
    edge: Edge, token: str, pages: dict[str, Page], instead: list[str] | None = None
) -> Endpoint:
    async def answered(request: Request) -> Response:
        page = pages.get("GET" if request.method == "HEAD" else request.method)
        try:
            admit(request.headers, request.url.scheme, edge.gateway.settings.control_hosts)
            if page is None or not page.public:
                _authorise(request, token)
            if instead is not None:
                raise Refused(f"nothing lives here; try one of: {', '.join(instead)}", 404)
            if page is None:
                return _not_allowed(sorted(pages))
            asked = Asked(
                edge,
                request.method,
                request.path_params,
                request.query_params,
                await _body(request),
            )
            return _response(await page.answer(asked))
        except Refused as refused:
            return _refused(refused.status, str(refused))
        except Problem as problem:
            return Response(
                dumps(problem.document()),
                problem.status,
                headers=dict(problem.headers),
                media_type=JSON,
            )

    async def endpoint(request: Request) -> Response:
        answer = await answered(request)
        for name, value in PRIVATE.items():
            answer.headers.setdefault(name, value)
        return answer

    return endpoint


def _authorise(request: Request, token: str) -> None:
    given = credentials(request.headers.get("authorization", "")) or ""
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise Refused(
            "The control API asks for its own token, which the mock printed when it started. "
            "Send it as 'Authorization: Bearer <token>'.",
            401,
        )


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT:
            raise Refused(f"the body is larger than {BODY_LIMIT} bytes", 413)
    return body


def _response(answer: object) -> Response:
    if isinstance(answer, Reply):
        return Response(answer.body, answer.status, dict(answer.headers))
    if isinstance(answer, Response):
        return answer
    return Response(dumps(answer), media_type=JSON)


def _not_allowed(methods: list[str]) -> Response:
    allow = ", ".join(methods)
    answer = _refused(405, f"this page takes {allow}")
    answer.headers["allow"] = allow
    return answer


KINDS = {401: "authentication_error", 404: "not_found"}


def _refused(status: int, message: str) -> Response:
    kind = KINDS.get(status, "invalid_request_error")
    error = {"message": message, "type": kind, "param": None, "code": None}
    return Response(dumps({"error": error}), status, media_type=JSON)
