"""A Redis for the tests of this folder that are marked `redis`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.redis_server import RedisServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of our own, for all the tests of a file."""
    running = RedisServer(tmp_path_factory.mktemp("redis"))
    try:
        yield running
    finally:
        running.stop()
