"""Closing: what becomes of a report: printed, written, weighed against a baseline. Never judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from conformance.errors import UsageError
from conformance.known_failures import Baseline, updated, weigh
from conformance.known_failures_file import load_baseline, write_baseline
from conformance.outcome import exit_code
from conformance.report import Report
from conformance.reports.text import show
from conformance.writing import destinations, write
from openapi import contract


@dataclass(frozen=True, slots=True)
class Closing:
    """What is to become of a report; checked whole before anything is sent."""

    places: Sequence[tuple[str, Path]] = ()
    baseline: Baseline | None = None
    baseline_file: Path | None = None
    update: bool = False
    strict: bool = False
    require_complete: bool = False
    quiet: bool = False

    def close(self, report: Report, evidence: Path | None = None) -> int:
        """Print and write a report; return the exit code of the run."""
        document = report.to_json()
        if self.baseline is not None and self.baseline_file is not None:
            baseline = self.baseline
            if self.update:
                baseline = updated(baseline, document)
                write_baseline(self.baseline_file, baseline)
            document["baseline"] = weigh(baseline, document, self.baseline_file.name)
        if not self.quiet:
            show(document, Console(highlight=False))
        write(document, self.places, evidence)
        return exit_code(document, strict=self.strict, require_complete=self.require_complete)


def closing(
    reports: Sequence[str],
    *,
    baseline: Path | None = None,
    update: bool = False,
    strict: bool = False,
    require_complete: bool = False,
    quiet: bool = False,
) -> Closing:
    """Check the wishes of a command line; raises UsageError for one that cannot be met."""
    if update and baseline is None:
        raise UsageError("--update-baseline needs the file", hint="--baseline known.toml")
    entries = None
    if baseline is not None:
        law = contract()
        ids = [each.id for each in law.requirements if each.excluded is None]
        fresh = update and not baseline.exists()
        entries = Baseline() if fresh else load_baseline(baseline, ids, law.version)
    return Closing(
        destinations(reports), entries, baseline, update, strict, require_complete, quiet
    )
