"""Serves a recorder on a real port, in a thread of this process. Knows no client."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mock_server.outgoing import Upstream
from mock_server.recording.fixture import Fixture
from mock_server.recording.fixture import folder as read_folder
from mock_server.recording.proxy import Proxy
from mock_server.recording.shelf import Shelf
from mock_server.server import AnnouncingServer, listen, plain


@dataclass
class Recording:
    """A recorder that answers on a port."""

    port: int
    folder: Path
    complaints: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def fixtures(self, count: int = 1) -> list[Fixture]:
        """What was kept, once it is so much: of an answer of known length that is after its end."""
        until = time.monotonic() + 10
        while len(found := read_folder(self.folder)) < count and time.monotonic() < until:
            time.sleep(0.01)
        return found


@contextlib.contextmanager
def recording(
    upstream: str, folder: Path, key: str | None = None, seconds: float = 5.0
) -> Iterator[Recording]:
    """Start a recorder in front of a gateway and stop it at the end."""
    shelf = Shelf(folder, [key] if key else [])
    listening = listen("127.0.0.1", 0)
    made = Recording(listening.getsockname()[1], folder)
    ready = threading.Event()
    servers: list[AnnouncingServer] = []

    async def serve() -> None:
        proxy = Proxy(
            Upstream(seconds), upstream, keep=shelf.keep, complain=made.complaints.append, key=key
        )
        servers.append(AnnouncingServer(plain(proxy), ready.set))
        await servers[0].serve(sockets=[listening])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield made
    finally:
        servers[0].should_exit = True
        thread.join(10)
        listening.close()
