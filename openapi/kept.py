"""Kept: the shipped documents as JSON beside the bytecode, since their YAML takes long to read.

What is kept is told from what it was made of by size and time, as bytecode is; where nothing can be
written, nothing is kept. Knows no OpenAPI.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMAT = 1
"""Changes when the same text may come to other data."""


def kept(path: Path, read: Callable[[str], Any]) -> Any:
    """Return the data of a shipped file: as it was kept, or as `read` makes it of the text."""
    found = path.stat()
    stamp = [FORMAT, found.st_size, found.st_mtime_ns]
    place = path.parent / "__pycache__" / f"{path.stem}.json"
    with contextlib.suppress(OSError, ValueError, TypeError):
        known, data = json.loads(place.read_text(encoding="utf-8"))
        if known == stamp:
            return data
    data = read(path.read_text(encoding="utf-8"))
    with contextlib.suppress(OSError):
        _write(place, json.dumps([stamp, data], ensure_ascii=False, separators=(",", ":")))
    return data


def _write(place: Path, text: str) -> None:
    # Whole or not at all: another process may be reading, or writing the same.
    import tempfile

    place.parent.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f"{place.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
