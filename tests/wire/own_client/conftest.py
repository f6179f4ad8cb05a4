"""A mock for each module, and clients that speak to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aigateway import AIgateway
from openai import OpenAI

from tests.wire.own_client.calls import ASKING, own
from tests.wire.serving import KEY, Served, served


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served(job_seconds=0.2) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def asking(mock: Served) -> Iterator[None]:
    with OpenAI(base_url=mock.url, api_key=KEY, max_retries=0) as made:
        ASKING.append(made)
        yield
        ASKING.clear()


@pytest.fixture
def client(mock: Served) -> Iterator[AIgateway]:
    with own(mock) as made:
        yield made
