"""Described: one operation of a document, compiled when it is first called. Knows no handler."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from mock_server.call import Call
from mock_server.problem import Problem
from mock_server.state import Read, Wish
from mock_server.surface import arguments
from mock_server.surface.bodies import Media, body
from mock_server.surface.making import Maker
from mock_server.surface.responses import responses
from mock_server.validation import Schemas
from openapi import Contract, ContractError, Operation

FILE_LIMIT = 8 * 1024 * 1024
"""Bytes of a body that is no JSON."""


@contextmanager
def readable(place: str) -> Iterator[None]:
    """Say in a sentence, as ContractError, that what stands at a place is no such thing at all."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, ContractError):
            raise
        raise ContractError(
            f"{place}: a list or a word stands where a map should, or the other way round"
        ) from None


class Described:
    """What an operation asks of a request, and what it may answer."""

    def __init__(self, contract: Contract, operation: Operation, schemas: Schemas) -> None:
        """Raises ContractError where the document does not hold together."""
        self.operation = operation
        self.parameters = arguments.parameters(contract, operation, schemas)
        self.body = body(contract, operation, schemas)
        self.dropped: list[str] = []
        """Pointers of examples that break their schemas and are not served."""
        self.responses = responses(contract, operation, schemas, self.dropped)
        self.maker = Maker(contract, schemas)
        self._contract = contract

    def check(self, call: Call, json_limit: int) -> Generator[Wish, Any, None]:
        """Read and check a request, and note its arguments and its body in the call.

        Raises Problem: 415, 413 or 400, in this order of looking.
        """
        raw, media = yield from self._read(call, json_limit)
        call.arguments = arguments.read(
            self.parameters, call.incoming, call.arguments, self._contract
        )
        if media is None:
            return
        call.raw = raw
        value = media.read(raw, call.incoming.header("content-type") or "", self._contract)
        if media.validation is not None and not isinstance(value, bytes):
            media.validation.check(value)
        call.body = value if isinstance(value, dict) else {}

    def _read(
        self, call: Call, json_limit: int
    ) -> Generator[Wish, Any, tuple[bytes, Media | None]]:
        if self.body is None:
            return b"", None
        label = call.incoming.header("content-type")
        media = None
        if label is not None or self._sends_body(call):
            media = self.body.media(label)
        limit = FILE_LIMIT if media is None or not media.json else json_limit
        raw = call.ahead[0] if call.ahead is not None else (yield Read(limit))
        if raw is None:
            raise Problem(
                "request_too_large", f"The body is larger than {limit} bytes. Send a smaller one."
            )
        if not raw and (media is None or not media.json or not self.body.required):
            if self.body.required:
                raise Problem(
                    "missing_required_parameter",
                    "A body is required and missing. Send one as "
                    f"{' or '.join(one.name for one in self.body.medias)}.",
                )
            return b"", None
        return raw, media or self.body.media(label)

    @staticmethod
    def _sends_body(call: Call) -> bool:
        length = call.incoming.header("content-length")
        return length not in (None, "0") or "transfer-encoding" in call.incoming.headers
