"""A server that is called back and remembers what it was told. Knows no mock."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Told:
    """One call."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What was told so far, and how it was answered."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, count: int, seconds: float = 10) -> list[Told]:
        """Return what was told once it is so much; fails after a while."""
        until = time.monotonic() + seconds
        with self.changed:
            while len(self.told) < count:
                left = until - time.monotonic()
                assert left > 0, f"only {len(self.told)} of {count} calls came"
                self.changed.wait(left)
            return list(self.told)


@contextlib.contextmanager
def receiving(statuses: Sequence[int] = (204,)) -> Iterator[Receiver]:
    """Listen on a free port; answer with the statuses in turn, the last one for ever."""
    receiver = Receiver()
    waiting = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            self.send_response(status)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()
            headers = {name.lower(): value for name, value in self.headers.items()}
            with receiver.changed:
                receiver.told.append(Told(self.path, headers, body))
                receiver.changed.notify_all()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
