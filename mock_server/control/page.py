"""A page of the control API: what it is asked, and what it answers. Knows no server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mock_server.state import Wishes, granted
from mock_server.text import NotJsonError, loads

if TYPE_CHECKING:
    from mock_server.edge import Edge

BODY_LIMIT = 1_048_576
"""Bytes of a request to the control API."""


class Refused(Exception):
    """The page cannot do what it is asked: one sentence, and a status of 4xx."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a page."""

    edge: Edge
    method: str
    arguments: Mapping[str, str]
    """Values of the path's parameters."""
    query: Mapping[str, str]
    body: bytes = b""

    @property
    def now(self) -> int:
        """Nanoseconds since the epoch, by the mock's clock."""
        return self.edge.clock()

    def document(self) -> dict[str, Any]:
        """Return the body's JSON object; an empty body is an empty object. Raises Refused."""
        if not self.body.strip():
            return {}
        try:
            found = loads(self.body)
        except NotJsonError as error:
            raise Refused(f"the body is not valid JSON: {error}") from None
        if not isinstance(found, dict):
            raise Refused("the body must be a JSON object, such as {...}")
        return found

    async def grant(self, wishes: Wishes) -> Any:
        """Grant what a flow wishes of the shared state, and return what it returns."""
        return await granted(self.edge.state, wishes, self.edge.clock)


Answer = Callable[[Asked], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Page:
    """What lives at one path, for one method."""

    method: str
    path: str
    """Below the prefix, with parameters as `{name}`."""
    answer: Answer
    public: bool
    """It asks for no token; so it may show nothing of the mock, and change nothing."""


_known: list[Page] = []


def page(method: str, path: str, *, public: bool = False) -> Callable[[Answer], Answer]:
    """Put a coroutine function at a path: it takes `Asked`, and returns anything JSON can hold.

    It may also return a `Reply`, for what is no JSON, or any ASGI application, such as a stream.
    """

    def put(answer: Answer) -> Answer:
        _known.append(Page(method, path, answer, public))
        return answer

    return put


def known() -> list[Page]:
    """Return the pages of the files imported so far."""
    return list(_known)
