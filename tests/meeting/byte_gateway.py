"""A gateway that passes bytes on, and can stumble over some: enough to be blamed for something."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType


class ByteGateway:
    """Listens on a free port and passes everything to and from another one, in threads."""

    def __init__(self, upstream_port: int, stumbles_over: bytes = b"") -> None:
        """Take the port of the upstream, and bytes behind which no sentinel gets through."""
        self._upstream_port = upstream_port
        self._stumbles_over = stumbles_over
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/v1"

    def __enter__(self) -> ByteGateway:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            upstream = socket.create_connection(("127.0.0.1", self._upstream_port), 10)
            with upstream:
                threading.Thread(target=_pass, args=(client, upstream), daemon=True).start()
                _pass(upstream, client, self._stumbles_over)


def _pass(source: socket.socket, sink: socket.socket, stumbles_over: bytes = b"") -> None:
    with contextlib.suppress(OSError):
        stumbled = False
        while data := source.recv(65536):
            stumbled = stumbled or bool(stumbles_over and stumbles_over in data)
            sink.sendall(data.replace(b"[DONE]", b"[GONE]") if stumbled else data)
        sink.shutdown(socket.SHUT_WR)
