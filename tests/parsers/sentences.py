"""Sentences: what a reader may say of what it cannot read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

LONGEST = 1_500
"""Characters of a refusal."""


def is_sentence(error: Exception, folder: Path) -> bool:
    """Hold a refusal to what a refusal is: short, and about the file and nothing else."""
    assert getattr(error, "exit_code", 2) == 2
    said = str(error)
    assert said.strip()
    assert len(said) < LONGEST, said[:LONGEST]
    assert str(folder) not in said, said
    for word in ("Traceback", 'File "', "object at 0x", "site-packages", "sys.set_int"):
        assert word not in said, said
    return True


def read(folder: Path, name: str, data: bytes, reader: Callable[[Path], Any], *errors: Any) -> Any:
    """Return what a reader makes of a file with these bytes; None where it says what is wrong."""
    path = folder / name
    path.write_bytes(data)
    try:
        return reader(path)
    except errors as error:
        is_sentence(error, folder)
        return None
