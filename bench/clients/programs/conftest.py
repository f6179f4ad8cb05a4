"""What every program is told, as a developer's would be: by the environment, and nothing else."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def model() -> str:
    return os.environ["GONOGO_MODEL"]


@pytest.fixture
def vectors() -> str:
    """A model that embeds."""
    return os.environ["GONOGO_VECTORS"]


@pytest.fixture
def busy() -> str:
    """A base URL where every request is told 429, then 503, and then answered."""
    return os.environ["GONOGO_BUSY"]


@pytest.fixture
def slow() -> str:
    """A base URL where a long stream takes its time."""
    return os.environ["GONOGO_SLOW"]


@pytest.fixture
def poor() -> str:
    """A key whose wallet is empty."""
    return os.environ["GONOGO_POOR_KEY"]
