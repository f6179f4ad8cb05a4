"""Writing: report documents to and from disk, and `FORMAT=PATH`. Renders nothing itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.errors import UsageError
from conformance.report import SCHEMA_VERSION
from conformance.report_schema import departure
from conformance.reports import ready, render


def places(reports: Sequence[str]) -> list[tuple[str, Path]]:
    """Parse `FORMAT=PATH` words; raises UsageError for a word or a folder that will not do."""
    found = []
    for word in reports:
        name, separator, path = word.partition("=")
        if not separator or not path:
            raise UsageError(f"--report {word!r} is not FORMAT=PATH", hint="--report json=out.json")
        folder = Path(path).resolve().parent
        if not folder.is_dir():
            raise UsageError(f"--report {word!r}: the folder {folder.name!r} does not exist")
        found.append((name, Path(path)))
    return found


def destinations(reports: Sequence[str]) -> list[tuple[str, Path]]:
    """Parse `FORMAT=PATH` words, before anything is sent; raises UsageError."""
    return [(ready(name), path) for name, path in places(reports)]


def write(
    document: Mapping[str, Any],
    where: Sequence[tuple[str, Path]],
    evidence: Path | None = None,
) -> None:
    """Write a report document in each format; raises UsageError for a place not writable."""
    for name, path in where:
        put(path, render(name, document, evidence))


def put(path: Path, text: str) -> None:
    """Write a text; raises UsageError for a place not writable."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path.name} cannot be written: {error.strerror}") from None


def load_report(path: Path) -> dict[str, Any]:
    """Read a report document; raises UsageError for one that is not ours, or newer than we."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path.name} is not JSON: truncated, or another file") from None
    version = dict.get(document, "schema_version") if type(document) is dict else None
    if not isinstance(version, str):
        raise UsageError(f"{path.name} is not a report of gonogo: it has no schema_version")
    if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise UsageError(
            f"{path.name} has schema version {version}; this kit reads {SCHEMA_VERSION}",
            hint="use the kit that wrote it",
        )
    wrong = departure(document)
    if wrong is not None:
        raise UsageError(
            f"{path.name} is not a whole report: {wrong}",
            hint="it was cut or edited; render the report that a run wrote",
        )
    return document


def render_command(path: Path, reports: Sequence[str]) -> None:
    """Render formats again from a JSON report."""
    where = destinations(reports)
    if not where:
        raise UsageError("nothing to render", hint="--report html=report.html")
    document = load_report(path)
    write(document, where, evidence_of(document, path))


def evidence_of(document: Mapping[str, Any], path: Path) -> Path | None:
    """Return the evidence that a report names, when it lies beside the report."""
    name = document["run"]["evidence"]["file"]
    beside = path.parent / Path(name).name
    return beside if name and beside.exists() else None
