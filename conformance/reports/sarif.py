"""SARIF 2.1.0: requirements as rules, findings as results. For code-scanning dashboards.

A broken MUST is an error, a broken SHOULD a warning; what could not be decided is told as a
notification of the run, since a dashboard would count a result as an alert.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.outcome import exit_code
from conformance.page.words import chapter_of
from conformance.showing import visible

_LEVELS = {"FAIL": "error", "UNTESTABLE": "error", "WARN": "warning"}
_LIMIT = 2000


def render(document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Return the log, indented."""
    rulings = document["rulings"]
    code = exit_code(document)
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
        "sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "gonogo",
                        "version": document["run"]["kit"]["version"],
                        "rules": [_rule(row) for row in rulings],
                    }
                },
                "automationDetails": {"id": f"gonogo/{visible(document['run']['model'], 120)}"},
                "invocations": [
                    {
                        "executionSuccessful": code != 4,
                        "exitCode": code,
                        "startTimeUtc": document["run"]["started"].replace("+00:00", "Z"),
                        "toolExecutionNotifications": list(_notifications(document)),
                    }
                ],
                "results": [
                    result
                    for index, row in enumerate(rulings)
                    for result in _results(row, index, document["baseline"])
                ],
                "properties": {
                    "target": visible(document["run"]["target"], _LIMIT),
                    "scope": document["run"]["scope"],
                    "contract": document["run"]["contract"],
                    "summary": document["summary"],
                },
                "columnKind": "unicodeCodePoints",
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["requirement"],
        "shortDescription": {"text": visible(row["text"], 1000)},
        "fullDescription": {"text": visible(row["why"] or row["text"], 1000)},
        "help": {"text": visible(f"{row['text']} {row['why']} Source: {row['source']}", _LIMIT)},
        "defaultConfiguration": {
            "level": {"MUST": "error", "SHOULD": "warning"}.get(row["level"], "note")
        },
        "properties": {
            "tags": [chapter_of(row["requirement"]), row["level"], row["scope"]],
            "clause": row["clause"],
        },
    }


def _results(
    row: Mapping[str, Any], index: int, baseline: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    level = _LEVELS.get(row["verdict"])
    if level is None:
        return
    known = row["requirement"] in (*baseline.get("known", ()), *baseline.get("flaky", ()))
    findings = row["findings"] or [
        {
            "where": "the run",
            "expected": row["text"],
            "actual": row["reason"],
            "curl": "",
            "evidence": "",
        }
    ]
    for finding in findings:
        said = f"{row['text']} Expected {finding['expected']}; got {finding['actual']}"
        result: dict[str, Any] = {
            "ruleId": row["requirement"],
            "ruleIndex": index,
            "level": level,
            "message": {"text": visible(f"{said} ({finding['where']})", _LIMIT)},
            "locations": [_location(row, finding)],
            "partialFingerprints": {"finding/v1": _fingerprint(row, finding)},
            "properties": {
                "curl": visible(finding["curl"], 8000),
                "evidence": visible(finding["evidence"], 300),
                "verdict": row["verdict"],
            },
        }
        if known:
            why = baseline.get("reasons", {}).get(row["requirement"], "")
            suppression = {"kind": "external", "justification": visible(why, 1000)}
            result["suppressions"] = [suppression]
        yield result


def _location(row: Mapping[str, Any], finding: Mapping[str, Any]) -> dict[str, Any]:
    """Point at the clause: a dashboard wants a file, and a gateway has none to show."""
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": "openapi/gateway.yaml"},
            "region": {"startLine": 1},
        },
        "logicalLocations": [
            {"fullyQualifiedName": row["clause"], "kind": "object"},
            {"fullyQualifiedName": visible(finding["where"], 300), "kind": "member"},
        ],
    }


def _fingerprint(row: Mapping[str, Any], finding: Mapping[str, Any]) -> str:
    """Name a finding so that it is known again: by what was expected where, not by what came."""
    words = "\0".join((row["requirement"], finding["evidence"], finding["expected"]))
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32]


def _notifications(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for crash in document["run"]["crashes"]:
        yield {"level": "error", "message": {"text": visible(f"bug of this kit: {crash}", _LIMIT)}}
    if document["run"]["interrupted"]:
        words = f"the run ended early: {document['run']['interrupted']}"
        yield {"level": "warning", "message": {"text": visible(words, _LIMIT)}}
    for sentence in document["baseline"].get("stale", ()):
        yield {"level": "error", "message": {"text": visible(f"stale: {sentence}", _LIMIT)}}
    for row in document["rulings"]:
        if row["verdict"] == "INCONCLUSIVE":
            words = f"{row['requirement']} is inconclusive: {row['reason']}"
            yield {"level": "note", "message": {"text": visible(words, _LIMIT)}}
