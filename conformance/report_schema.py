"""Report schema: the published shape of a report document, and what departs from it.

Knows the shape alone; whether the rulings are true is `gonogo verify`'s question. The only file
that imports jsonschema, and only when it is asked.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any


@functools.cache
def report_schema() -> Mapping[str, Any]:
    """Return the JSON Schema 2020-12 of a report document."""
    text = resources.files("conformance").joinpath("report.schema.json").read_text("utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


def departure(document: object) -> str | None:
    """Return in one sentence where a document departs from the schema first; None when it obeys."""
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    for error in Draft202012Validator(report_schema()).iter_errors(document):
        where = "/".join(str(part) for part in error.absolute_path) or "the document"
        return f"{where}: {error.message[:160]}"
    return None
