"""A real Redis for the tests marked `redis`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_server import RedisServer


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of our own on a free port."""
    server = RedisServer(tmp_path)
    try:
        yield server.url
    finally:
        server.stop()
