"""JUnit: what is a failure, an error, a skip, and which properties travel along."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from conformance.reports import render
from tests.conformance.example_report import HOSTILE, document


def cases(whole: dict[str, Any]) -> dict[str, Element]:
    root = ElementTree.fromstring(render("junit", whole))
    return {case.get("name", ""): case for case in root.iter("testcase")}


def outcome(case: Element) -> str:
    kinds = ("failure", "error", "skipped")
    return next((kind for kind in kinds if case.find(kind) is not None), "passed")


def test_each_verdict_has_its_outcome() -> None:
    found = {name: outcome(case) for name, case in cases(document()).items()}
    assert found["transport.http-1-1"] == "passed"
    assert found["auth.challenge-header"] == "passed"
    assert found["stream.done-last"] == "failure"
    assert found["models.listed"] == "error"
    assert found["context.overflow-before-stream"] == "skipped"
    assert found["sampling.seed-repeats"] == "skipped"
    assert found["limits.retry-after-kept"] == "skipped"


def test_a_must_that_noise_left_undecided_is_an_error() -> None:
    whole = document()
    whole["rulings"][10]["level"] = "MUST"
    assert outcome(cases(whole)["sampling.seed-repeats"]) == "error"


def test_a_known_failure_is_skipped_with_its_reason() -> None:
    whole = document()
    whole["baseline"] = {"known": ["stream.done-last"], "reasons": {"stream.done-last": "ticket 7"}}
    skipped = cases(whole)["stream.done-last"].find("skipped")
    assert skipped is not None
    assert "ticket 7" in (skipped.get("message") or "")


def test_level_clause_and_verdict_are_properties() -> None:
    case = cases(document())["stream.done-last"]
    values = {each.get("name"): each.get("value") for each in case.iter("property")}
    assert values["requirement"] == "stream.done-last"
    assert values["level"] == "MUST"
    assert values["verdict"] == "FAIL"
    assert (values["clause"] or "").startswith("gateway.yaml#/")


def test_the_counts_add_up() -> None:
    root = ElementTree.fromstring(render("junit", document()))
    for name in ("tests", "failures", "errors", "skipped"):
        assert int(root.get(name, "")) == sum(int(suite.get(name, "")) for suite in root)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("13", "2", "1")


def test_hostile_text_is_text() -> None:
    failure = cases(document())["errors.no-stack-trace"].find("failure")
    assert failure is not None
    assert HOSTILE[:20] in (failure.text or "")
