"""Shared run: one run for several processes, made by the first of them and read by all.

Knows neither pytest nor what a run is made of: whoever comes first makes it into a folder, the
others wait for its document; everybody then judges the same evidence.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.errors import KitError, UsageError
from conformance.replaying import replay
from conformance.report import Report
from conformance.reports import render

_DOCUMENT = "report.json"
_FAILURE = "failure.json"
_POLL = 0.05


def shared_report(
    folder: Path, make: Callable[[Path], Report], only: str | None, patience: float
) -> Report:
    """Return the report of the run in a folder, made by `make(evidence)` if nobody has yet.

    Raises what the run raised, in every process, and UsageError when another process that was to
    make it has not within `patience` seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if _first(folder):
        _make(folder, make)
    document = _document(folder, time.monotonic() + patience)
    report = replay(folder / "evidence", only)
    run = document["run"]
    header = replace(
        report.header, seconds=run["seconds"], budget=run["budget"], spent=run["spent"]
    )
    return replace(report, header=header)


def read_document(folder: Path) -> dict[str, Any] | None:
    """Return the document of the run in a folder, or None when there is none."""
    try:
        document: dict[str, Any] = json.loads((folder / _DOCUMENT).read_text(encoding="utf-8"))
    except OSError:
        return None
    return document


def _first(folder: Path) -> bool:
    try:
        os.close(os.open(folder / "taken", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True


def _make(folder: Path, make: Callable[[Path], Report]) -> None:
    try:
        document = make(folder / "evidence").to_json()
    except KitError as error:
        record = {"what": str(error), "exit_code": error.exit_code}
        _put(folder / _FAILURE, json.dumps(record))
        return
    except BaseException:
        _put(folder / _FAILURE, json.dumps({"what": "the run was broken off", "exit_code": 4}))
        raise
    _put(folder / _DOCUMENT, render("json", document))


def _put(path: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    beside = path.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _document(folder: Path, deadline: float) -> dict[str, Any]:
    while True:
        document = read_document(folder)
        if document is not None:
            return document
        if (folder / _FAILURE).exists():
            record = json.loads((folder / _FAILURE).read_text(encoding="utf-8"))
            failure = KitError(record["what"])
            failure.exit_code = record["exit_code"]
            raise failure
        if time.monotonic() > deadline:
            raise UsageError(
                "the process that was to hold the conversations has not finished",
                hint="raise [budget] seconds in the target file, or run without -n",
            )
        time.sleep(_POLL)
