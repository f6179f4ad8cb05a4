"""Surface: what is served beside chat, from one document. Knows no engine and no transport."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mock_server.call import Call
from mock_server.message import Reply
from mock_server.routes import Routes
from mock_server.state import Wish
from mock_server.surface.operation import Described
from mock_server.tokens import Tokens
from mock_server.validation import Schemas, Validation
from openapi import Contract, Operation, account

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

Answering = Generator[Wish, Any, Reply]
Handler = Callable[["Gateway", Call], Answering]
"""Answers one operation for a gateway; raises Problem."""


class Surface:
    """The operations of a document, and who answers them."""

    def __init__(
        self,
        document: Contract,
        handlers: Mapping[str, Handler],
        tokens: Callable[[], Tokens],
        body_limit: int,
    ) -> None:
        """`handlers` go by operation id; `body_limit` is bytes of a JSON body."""
        self.document = document
        self.routes = Routes(
            [*_preflights(document.operations), *document.operations], whole_segments=True
        )
        self.tokens = tokens
        everywhere = document.document.get("security", [])
        self.protected = {
            operation.id
            for operation in document.operations
            if operation.definition.get("security", everywhere)
        }
        self._handlers = handlers
        self._body_limit = body_limit
        self._schemas = Schemas(document)
        self._described: dict[str, Described] = {}

    @functools.cached_property
    def texts(self) -> Validation:
        """The schema of a text completion, whichever document is served."""
        return Validation(account(), "CompletionRequest")

    def check(self, call: Call) -> Generator[Wish, Any, None]:
        """Read a request and check it against the document; raises Problem."""
        yield from self.described(call).check(call, self._body_limit)

    def answer(self, gateway: Gateway, call: Call) -> Answering:
        """Answer an admitted request."""
        assert call.operation is not None
        return (yield from self._handlers[call.operation.id](gateway, call))

    def described(self, call: Call) -> Described:
        """Return the operation of a call, compiled."""
        assert call.operation is not None
        name = call.operation.id
        if name not in self._described:
            self._described[name] = Described(self.document, call.operation, self._schemas)
        return self._described[name]


def _preflights(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Yield one OPTIONS for each path, so that a browser may ask; a document's own comes after."""
    for operation in {
        operation.base + operation.path: operation for operation in operations
    }.values():
        yield replace(operation, id=f"preflight {operation.path}", method="OPTIONS", definition={})
