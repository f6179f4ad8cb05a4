"""Verifying: whether a report still says what its evidence says. Judges only by judging again.

Three questions, in this order: is the evidence the file the report was made from, do the judges say
the same of it again, and, where the report is signed, did the holder of the key sign these bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.errors import EvidenceError, UsageError
from conformance.evidence_file import digest_of, evidence_path
from conformance.replaying import replay
from conformance.signing import signed_by
from conformance.writing import evidence_of, load_report
from openapi import Scope, any_api, contract

_HEADER = ("kit", "contract", "target", "model", "scope", "seed", "started")
_REJUDGED = ("capabilities", "measurements", "summary")


def departures(report: Path, evidence: Path | None, public_key: Path | None) -> list[str]:
    """Return one sentence for each way in which a report cannot be trusted; none when it can.

    Raises UsageError when it cannot be verified at all: no report, no evidence beside it, or one
    that another contract judged.
    """
    document = load_report(report)
    found = list(_signature(report, public_key))
    where = evidence or evidence_of(document, report)
    if where is None or not evidence_path(where).exists():
        raise UsageError(
            f"the evidence of {report.name} is not beside it",
            hint="run with --evidence DIR, or name it with --evidence",
        )
    law = contract()
    if not _described(document) and document["run"]["contract"]["sha256"] != law.digest:
        raise UsageError(
            f"{report.name} was judged by contract {document['run']['contract']['version']}, "
            f"which is not the one installed ({law.version})",
            hint=f"verify it with gonogo {document['run']['kit']['version']}",
        )
    return [*found, *_evidence(document, where)]


def _signature(report: Path, public_key: Path | None) -> Iterator[str]:
    try:
        signer = signed_by(report, public_key)
    except EvidenceError as error:
        yield str(error)
        return
    if signer is None and public_key is not None:
        yield f"{report.name} is not signed"


def _evidence(document: Mapping[str, Any], where: Path) -> Iterator[str]:
    try:
        again = replay(where, _only(document)).to_json()
    except EvidenceError as error:
        yield f"the evidence was altered: {error}"
        return
    if digest_of(where) != document["run"]["evidence"]["sha256"]:
        yield "the evidence is whole, but is not the file this report was made from"
    yield from _differences(document, again)


def coverage(document: Mapping[str, Any]) -> tuple[int, int]:
    """Return on how many requirements a report rules, and how many its scope has."""
    return len(document["rulings"]), len(_of_scope(document))


def _described(document: Mapping[str, Any]) -> bool:
    """Tell whether a report judges an API by its own document, which lies beside its evidence."""
    return all(row["clause"].startswith("any_api.yaml#") for row in document["rulings"])


def _of_scope(document: Mapping[str, Any]) -> set[str]:
    scope = Scope(document["run"]["scope"])
    law = any_api() if _described(document) else contract()
    return {
        each.id
        for each in law.requirements
        if each.excluded is None and each.level(scope) is not None
    }


def _only(document: Mapping[str, Any]) -> str | None:
    """Return the selection that a run was made with, as far as its rulings show it."""
    ids = [row["requirement"] for row in document["rulings"]]
    return None if not ids or set(ids) == _of_scope(document) else ",".join(ids)


def _told(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a ruling without which cap was reached, which evidence cannot tell."""
    return {**row, "reason": "budget"} if row["reason"].startswith("budget") else row


def _without_caps(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return the capabilities without which cap was reached; any other part as it is."""
    return {
        name: {**value, "words": "budget"}
        if isinstance(value, Mapping) and str(value.get("words", "")).startswith("budget")
        else {**value, "cut": "", "note": ""}
        if isinstance(value, Mapping) and "cut" in value
        else value
        for name, value in part.items()
    }


def _differences(document: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[str]:
    for name in _HEADER:
        if document["run"][name] != again["run"][name]:
            yield f"run/{name}: the report does not say what the evidence says"
    fresh = {row["requirement"]: _told(row) for row in again["rulings"]}
    for row in map(_told, document["rulings"]):
        identity = row["requirement"]
        judged = fresh.pop(identity, None)
        if judged is None:
            yield f"{identity}: the report rules on it, and judging again does not"
        elif row["verdict"] != judged["verdict"]:
            yield f"{identity}: the report says {row['verdict']}, the evidence {judged['verdict']}"
        elif row != judged:
            keys = ", ".join(key for key in judged if row.get(key) != judged[key])
            yield f"{identity}: the report differs from the evidence in {keys}"
    for identity in fresh:
        yield f"{identity}: the evidence allows a ruling that the report does not hold"
    for identity, exchange in again["exchanges"].items():
        if document["exchanges"].get(identity) != exchange:
            yield f"exchange {identity}: the report does not show what was recorded"
    for identity in document["exchanges"].keys() - again["exchanges"].keys():
        yield f"exchange {identity}: nothing in the evidence shows it"
    for name in _REJUDGED:
        if _without_caps(document[name]) != _without_caps(again[name]):
            yield f"{name}: the report does not say what the evidence says"
