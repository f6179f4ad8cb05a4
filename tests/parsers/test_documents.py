"""Report and evidence: judged and rendered, or refused in a sentence, whatever was done to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.errors import EvidenceError, KitError, UsageError
from conformance.evidence import Encoder, decode
from conformance.matrices import render as render_matrix
from conformance.matrix import compared
from conformance.replaying import replay
from conformance.reports import formats, render
from conformance.verifying import departures
from conformance.writing import load_report, write
from tests.conformance.example_report import document
from tests.conformance.test_evidence import FULL, PLAIN, encoded
from tests.parsers.damage import ANYTHING, DEEP, altered, damaged
from tests.parsers.sentences import is_sentence, read

REPORT = document()
REPORT_TEXT = json.dumps(REPORT).encode()
LINES = encoded(PLAIN, FULL)
RECORDS = [{k: v for k, v in json.loads(line).items() if k != "sum"} for line in LINES]


LABELLED: Any = document()
next(iter(LABELLED["measurements"].values()))["x"] = "\0 in 世界"


def shown(folder: Path, data: bytes, form: str) -> bool:
    """Have a report read, rendered, written and set beside itself; or see it refused."""
    path = folder / "report.json"
    whole = read(folder, path.name, data, load_report, UsageError)
    if whole is None:
        return True
    try:
        write(whole, [(form, folder / "rendered")])
        assert render_matrix("text", compared([whole, whole]))
        assert departures(path, None, None)
    except KitError as error:
        return is_sentence(error, folder)
    return (folder / "rendered").stat().st_size > 0


FORMS = st.sampled_from(sorted(formats()))


@pytest.mark.parser("report, its values")
@given(data=altered(REPORT), form=FORMS)
@example(data=REPORT, form="text")
@example(data=LABELLED, form="html")
def test_a_report_with_other_values_is_shown_or_refused(shelf: Path, data: Any, form: str) -> None:
    assert shown(shelf, json.dumps(data).encode(), form)


@pytest.mark.parser("report, its bytes")
@given(data=damaged(REPORT_TEXT) | ANYTHING, form=FORMS)
@example(data=b'{"a":' * DEEP, form="text")
def test_a_report_of_other_bytes_is_shown_or_refused(shelf: Path, data: bytes, form: str) -> None:
    assert shown(shelf, data, form)


def chained(records: list[Any]) -> list[bytes]:
    """Return lines whose sums are right, as whoever alters evidence can have them."""
    encoder = Encoder()
    lines = []
    for record in records:
        whole = record if isinstance(record, dict) and record else {"kind": "x"}
        text = json.dumps(whole, separators=(",", ":"))
        lines.append(encoder.seal(text))
    return lines


@pytest.mark.parser("evidence, its records")
@given(records=altered(RECORDS))
@example(records=RECORDS)
def test_evidence_with_other_records_is_read_or_refused(shelf: Path, records: list[Any]) -> None:
    lines = chained(records)
    try:
        evidence = decode(lines)
    except EvidenceError as error:
        is_sentence(error, shelf)
        return
    assert evidence.length == sum(map(len, lines))
    for exchange in evidence.exchanges:
        # What was read can be written, and is the same when it is read again.
        assert decode(encoded(exchange)).exchanges == (exchange,)


@pytest.mark.parser("evidence, its bytes")
@given(data=damaged(b"".join(LINES)) | ANYTHING)
def test_evidence_of_other_bytes_is_read_or_refused(shelf: Path, data: bytes) -> None:
    try:
        evidence = decode(data.splitlines(keepends=True))
    except EvidenceError as error:
        is_sentence(error, shelf)
        return
    assert data.startswith(b"".join(LINES)[: evidence.length])


@pytest.mark.parser("evidence, replayed")
@given(records=altered(RECORDS))
def test_evidence_with_other_records_is_judged_or_refused(shelf: Path, records: list[Any]) -> None:
    (shelf / "evidence.ndjson").write_bytes(b"".join(chained(records)))
    try:
        report = replay(shelf / "evidence.ndjson", "usage.adds-up,stream.done-last")
        assert render("text", report.to_json())
    except KitError as error:
        is_sentence(error, shelf)
