"""JSON: the report document itself, in one stable spelling."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def render(document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Return the document, indented, keys in the order they were written.

    A lone surrogate, which a gateway may well send as an escape, stays an escape: no file encoding
    can hold it.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
