"""Task: what a run with a described API was told to do, kept with its evidence. Sends nothing.

The run can then be done again, without a network or where it broke off: `described_again`.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance import evidence
from conformance.errors import EvidenceError, UsageError
from conformance.evidence_file import evidence_path
from conformance.fuzz.schema_engine import Wishes
from conformance.redaction import Secrets
from openapi import Contract, ContractError, load

NOTE = "described"
"""Name of the note in the header of evidence that holds a task."""
DOCUMENT = "document.yaml"
"""Name of the described API's own document, beside its evidence."""


@dataclass(frozen=True, slots=True)
class Task:
    """Which operations, and what the engine is told."""

    operations: tuple[str, ...]
    """Such as `GET /books`."""
    wishes: Wishes

    def written(self, secrets: Secrets) -> str:
        """Return it as JSON, without secrets."""
        wishes = dataclasses.asdict(self.wishes)
        wishes["headers"] = dict(secrets.scrub_headers(self.wishes.headers.items()))
        return json.dumps({"operations": self.operations, "wishes": wishes}, sort_keys=True)


def task_of(header: evidence.Header) -> Task | None:
    """Return the task of evidence; None where it is of another kind. Raises EvidenceError."""
    text = header.notes.get(NOTE)
    if text is None:
        return None
    try:
        record: dict[str, Any] = json.loads(text)
        return Task(tuple(record["operations"]), Wishes(**record["wishes"]))
    except (ValueError, KeyError, TypeError):
        hint = "judge it with the gonogo that recorded it"
        raise EvidenceError("the task in its header cannot be read", hint=hint) from None


def same_task(before: evidence.Header, now: evidence.Header) -> None:
    """Refuse to go on with a run that was told something else; raises UsageError."""
    for what, then, wanted in (
        ("target", before.target, now.target),
        ("document", before.contract_digest, now.contract_digest),
        ("task", before.notes.get(NOTE), now.notes.get(NOTE)),
    ):
        if then != wanted:
            raise UsageError(
                f"the evidence is of another {what}",
                hint="resume with the options that began the run, or begin a new one",
            )


def keep_document(document: Path, folder: Path | None) -> None:
    """Copy the document beside its evidence."""
    if folder is None:
        return
    try:
        _beside(folder).write_bytes(document.read_bytes())
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise EvidenceError(f"{DOCUMENT} cannot be written: {reason}") from None


def kept_document(folder: Path, digest: str) -> Contract:
    """Return the document that evidence is of; EvidenceError where it is not there or another."""
    try:
        law = load(_beside(folder))
    except ContractError as error:
        hint = "it was written there with the evidence"
        raise EvidenceError(f"the document of the described API: {error}", hint=hint) from None
    if law.digest != digest:
        raise EvidenceError(f"{DOCUMENT} is not the document that the evidence is of")
    return law


def _beside(folder: Path) -> Path:
    return evidence_path(folder).parent / DOCUMENT
