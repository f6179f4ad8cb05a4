"""One folder for all files that are read here: a folder for each would cost more than reading."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this process."""
    return tmp_path_factory.mktemp("shelf")
