"""What several tests of the mock stand on."""

from pathlib import Path

import pytest

from tests.mock_server.tiny import write_tiny


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random Gemma."""
    return write_tiny(tmp_path_factory.mktemp("tiny"))
