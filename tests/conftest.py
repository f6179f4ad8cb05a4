"""What holds for every test: time is no judge of an example.

`GONOGO_HYPOTHESIS=campaign` has properties tried with more examples: see `make parsers`.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.redis_server import RedisServer

settings.register_profile("gonogo", deadline=None)
settings.register_profile("campaign", deadline=None, max_examples=500, database=None)
settings.load_profile(os.environ.get("GONOGO_HYPOTHESIS", "gonogo"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of our own, for the tests of a file that are marked `redis`."""
    running = RedisServer(tmp_path_factory.mktemp("redis"))
    try:
        yield running
    finally:
        running.stop()
