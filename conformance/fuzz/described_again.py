"""Described again: recorded evidence of a described API through the same engine, without a network.

The engine makes the same cases from the same seed, and is given the recorded answers.
"""

from __future__ import annotations

import math
from pathlib import Path

from conformance.budget import Governor
from conformance.evidence import Evidence
from conformance.fuzz.described import Described, Line, label
from conformance.fuzz.task import Task, kept_document
from conformance.fuzz.telling import told
from conformance.redaction import Secrets
from conformance.report import Report
from conformance.target import Budget
from conformance.wire import origin

ENDLESS = Budget(requests=2**62, tokens=2**62, usd=1e9, seconds=math.inf)


def replay_described(folder: Path, recorded: Evidence, task: Task, only: str | None) -> Report:
    """Judge again; raises EvidenceError when the record is not what the engine would send."""
    law = kept_document(folder, recorded.header.contract_digest)
    operations = [each for each in law.operations if label(each) in task.operations]
    described = Described(
        law, operations, Governor(ENDLESS), Secrets({}), keep=lambda exchange: None
    )
    path = origin(recorded.header.target).base_path
    described.perform(task.wishes, Line(path, None, recorded.exchanges))
    return told(described, recorded.header, only=only)
