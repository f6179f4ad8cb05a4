"""The mock's HTTP connection: uvicorn's, which also hands out its transport. Knows no request."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_server.problem import Problem
from mock_server.sending import TRANSPORT
from mock_server.text import dumps

STATUS_LINE = b"HTTP/1.1 400 Bad Request\r\n"


class Protocol(HttpToolsProtocol):
    """A connection whose bytes can be reached from below HTTP, and that refuses in JSON."""

    def on_message_begin(self) -> None:
        """Publish the transport in the scope of every request."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, in the shape of every other refusal, and close."""
        del msg
        problem = Problem(
            None,
            "This is not a valid HTTP/1.1 request. Check its request line and headers.",
            status=400,
            type="invalid_request_error",
        )
        body = dumps(problem.document())
        head = (
            b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            % len(body)
        )
        self.transport.write(STATUS_LINE + head + body)
        self.transport.close()
