"""JSON: the report document itself, in one stable spelling."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def render(document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Return the document, indented, keys in the order they were written."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
