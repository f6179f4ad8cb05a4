"""Surface: what is served beside chat, from one document. Knows no engine and no transport."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mock_server.call import Call
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.routes import Routes
from mock_server.state import Wish
from mock_server.surface import answering
from mock_server.surface.collecting import Collecting
from mock_server.surface.collections import parts
from mock_server.surface.operation import Described, readable
from mock_server.surface.refusing import refusal
from mock_server.surface.responses import usual
from mock_server.surface.securing import doors
from mock_server.tokens import Tokens
from mock_server.validation import Schemas, Validation
from openapi import Contract, ContractError, Operation, account

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
        self.doors = doors(document, document.operations)
        """What opens the operations that ask for a key, by id."""
        self._handlers = handlers
        self._body_limit = body_limit
        self.foreign = document is not account()
        """The document is the user's own."""
        self._schemas = Schemas(document)
        self._described: dict[str, Described] = {}
        known = parts(one for one in document.operations if one.id not in handlers)
        self._collecting = Collecting(document, known, self.described)

    @functools.cached_property
    def texts(self) -> Validation:
        """The schema of a text completion, whichever document is served."""
        return Validation(account(), "CompletionRequest")

    def compile(self) -> list[str]:
        """Compile every operation now; return what cannot be served, in sentences.

        Raises ContractError where that is every operation.
        """
        broken, dropped = [], []
        for operation in self.document.operations:
            try:
                dropped += self.described(operation).dropped
            except ContractError as error:
                broken.append(f"{operation.method} {operation.path} answers 501, since {error}")
        if broken and len(broken) == len(self.document.operations):
            raise ContractError(f"no operation can be served; {broken[0]}")
        if dropped:
            broken.append(
                f"examples that break their own schemas are left out: {len(dropped)}, the first "
                f"of them {dropped[0]}"
            )
        return broken

    def check(self, call: Call) -> Generator[Wish, Any, None]:
        """Read a request and check it against the document; raises Problem."""
        assert call.operation is not None
        try:
            described = self.described(call.operation)
        except ContractError as error:
            raise Problem(
                None,
                f"The document describes this operation in a way that cannot be served: {error}.",
                status=501,
                type="server_error",
            ) from None
        yield from described.check(call, self._body_limit)

    def alias(self, call: Call) -> Generator[Wish, Any, str | None]:
        """Return the model that the name in a call's body means to its caller, or None."""
        # Only what has evals has aliases.
        from mock_server.account.evals import winner

        if self.foreign or call.caller is None:
            return None
        found: str | None = yield from winner(call.caller.account, call.selector)
        return found

    def answer(self, gateway: Gateway, call: Call) -> Answering:
        """Answer an admitted request: as it prefers, by its handler, or from the document alone."""
        assert call.operation is not None
        described = self.described(call.operation)
        preferred = answering.preferred(described, call)
        if preferred is not None:
            return preferred
        handler = self._handlers.get(call.operation.id)
        if handler is not None:
            return (yield from handler(gateway, call))
        kept = yield from self._collecting.answer(described, call)
        return kept or answering.answer(described, call, *usual(described.responses))

    def refusal(self, call: Call, problem: Problem, plain: Reply) -> Reply:
        """Return a refusal as the document declares it; `plain` where it is our own."""
        known = call.operation is not None and call.operation.id in self._described
        if not self.foreign or not known or problem.status == 501:
            return plain
        assert call.operation is not None
        return refusal(self.described(call.operation), call, problem, plain)

    def described(self, operation: Operation) -> Described:
        """Return an operation, compiled; raises ContractError where it is broken."""
        if operation.id not in self._described:
            with readable(operation.pointer):
                self._described[operation.id] = Described(self.document, operation, self._schemas)
        return self._described[operation.id]


def _preflights(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Yield one OPTIONS for each path, so that a browser may ask; a document's own comes after."""
    for operation in {
        operation.base + operation.path: operation for operation in operations
    }.values():
        yield replace(operation, id=f"preflight {operation.path}", method="OPTIONS", definition={})
