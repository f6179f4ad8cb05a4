"""JSON: the matrix itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def render(matrix: Mapping[str, Any]) -> str:
    """Return the matrix, indented."""
    text = json.dumps(matrix, indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
