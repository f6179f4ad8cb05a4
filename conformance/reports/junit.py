"""JUnit: one test case for each requirement, its level and clause as properties. For any CI.

FAIL is a failure and UNTESTABLE an error. A MUST that noise left undecided is an error too, since
it makes `check` exit 1; what the budget left out, what does not apply and what a baseline knows
is skipped, with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from conformance.page.words import chapter_of
from conformance.showing import visible

_LIMIT = 4000


def render(document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Return the XML, one suite for each chapter."""
    run = document["run"]
    root = Element("testsuites", name="gonogo")
    chapters: dict[str, list[Mapping[str, Any]]] = {}
    for row in document["rulings"]:
        chapters.setdefault(chapter_of(row["requirement"]), []).append(row)
    for chapter, rows in chapters.items():
        suite = SubElement(root, "testsuite", name=f"gonogo.{chapter}", timestamp=run["started"])
        _properties(
            suite,
            {
                "target": run["target"],
                "model": run["model"],
                "contract": run["contract"]["version"],
                "kit": run["kit"]["version"],
                "seed": run["seed"],
            },
        )
        for row in rows:
            suite.append(_case(row, chapter, document["baseline"]))
        _count(suite)
    _count(root)
    root.set("time", f"{run['seconds']:.3f}")
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _case(row: Mapping[str, Any], chapter: str, baseline: Mapping[str, Any]) -> Element:
    case = Element("testcase", classname=f"gonogo.{chapter}", name=visible(row["requirement"]))
    case.set("time", "0")
    _properties(
        case,
        {
            "requirement": row["requirement"],
            "level": row["level"],
            "scope": row["scope"],
            "verdict": row["verdict"],
            "clause": row["clause"],
            "source": row["source"],
        },
    )
    kind, message = _outcome(row, baseline)
    if kind:
        outcome = SubElement(case, kind, message=visible(message, 300))
        if kind != "skipped":
            outcome.set("type", row["verdict"])
            outcome.text = _story(row)
    elif row["verdict"] == "WARN" or row["notes"]:
        SubElement(case, "system-out").text = _story(row)
    return case


def _outcome(row: Mapping[str, Any], baseline: Mapping[str, Any]) -> tuple[str, str]:
    identity, verdict, reason = row["requirement"], row["verdict"], row["reason"]
    known = identity in (*baseline.get("known", ()), *baseline.get("flaky", ()))
    if known and verdict not in ("PASS", "NOT_APPLICABLE"):
        why = baseline.get("reasons", {}).get(identity, "")
        return "skipped", f"known, in the baseline: {why}"
    match verdict:
        case "FAIL":
            return "failure", row["text"]
        case "UNTESTABLE":
            return "error", reason
        case "INCONCLUSIVE" if row["level"] == "MUST" and not reason.startswith("budget"):
            return "error", reason
        case "INCONCLUSIVE" | "NOT_APPLICABLE":
            return "skipped", reason
    return "", ""


def _story(row: Mapping[str, Any]) -> str:
    lines = [row["text"], row["why"]]
    for finding in row["findings"]:
        lines += ["", f"where     {finding['where']}", f"expected  {finding['expected']}"]
        lines += [f"got       {finding['actual']}", f"again     {finding['curl']}"]
    lines += [f"note      {note['text']}" for note in row["notes"]]
    return "\n".join(visible(line, _LIMIT) for line in lines)


def _properties(parent: Element, values: Mapping[str, object]) -> None:
    properties = SubElement(parent, "properties")
    for name, value in values.items():
        SubElement(properties, "property", name=name, value=visible(value, _LIMIT))


def _count(element: Element) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(sum(case.find(tag) is not None for case in cases)))
