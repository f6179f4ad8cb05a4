"""Form: the head of the answer that is given all day, filled in rather than put together each time.

What stands in it is learnt from an answer that was put together. Knows no server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mock_server.call import Call
from mock_server.gateway import Gateway
from mock_server.message import Lines, Reply
from mock_server.quota import REQUESTS
from mock_server.wire import cost_in_cents

FILLED_IN: Final = ("x-cost-cents", "x-request-id", *REQUESTS)
"""Headers that differ between answers, in their order."""


class Form:
    """Answers of a mock that does nothing to them, to calls that have no limit of tokens."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._lines = b""

    def filled(self, call: Call, body: bytes, cost: int) -> Reply:
        """Answer with the bytes of a completion, as `Gateway.delivered` does."""
        if not self._lines:
            reply = self._gateway.delivered(call, body, cost)
            self._lines = _learnt(reply.headers)
            return reply
        assert call.allowance is not None
        call.status = 200
        told = cost_in_cents(cost).encode(), call.id.encode(), *call.allowance.told()
        return Reply(200, body, Lines(self._lines % told))


def _learnt(headers: Mapping[str, str]) -> bytes:
    assert tuple(name for name in headers if name in FILLED_IN) == FILLED_IN
    lines = [
        f"{name}: {'%b' if name in FILLED_IN[:2] else '%d'}\r\n"
        if name in FILLED_IN
        else f"{name}: {value}\r\n".replace("%", "%%")
        for name, value in headers.items()
    ]
    return "".join(lines).encode("latin-1")
