"""A Redis for the tests of this folder that are marked `redis`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from mock_server.app import App
from mock_server.engines.seeded import Seeded
from mock_server.state import redis
from tests.mock_server.control.asking import TOKEN
from tests.mock_server.driving import LOOP, TOKENS, mock
from tests.mock_server.state.selling import Clock, learnt
from tests.redis_server import RedisServer


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def sellers(server: RedisServer, clock: Clock) -> Iterator[list[App]]:
    """Two workers that share a Redis and know the usual key."""
    state = redis.prepared(server.url, workers=2)
    ids = (f"{number}" for number in itertools.count())
    apps = [
        mock(Seeded(TOKENS), clock, lambda: next(ids), control_token=TOKEN, state=state)
        for _ in range(2)
    ]
    for app in apps:
        learnt(app)
    yield apps
    for app in apps:
        LOOP.run_until_complete(app.edge.state.aclose())
