"""SARIF: rules are requirements, results are findings, and what is open is no alert."""

from __future__ import annotations

import json
from typing import Any

from conformance.reports import render
from tests.conformance.example_report import conforming, document


def run_of(whole: dict[str, Any]) -> dict[str, Any]:
    log = json.loads(render("sarif", whole))
    assert log["version"] == "2.1.0"
    run: dict[str, Any] = log["runs"][0]
    return run


def test_every_requirement_is_a_rule_and_every_result_names_one() -> None:
    whole = document()
    run = run_of(whole)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [row["requirement"] for row in whole["rulings"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_broken_must_is_an_error_and_a_broken_should_a_warning() -> None:
    levels = {result["ruleId"]: result["level"] for result in run_of(document())["results"]}
    assert levels == {
        "auth.challenge-header": "warning",
        "stream.done-last": "error",
        "errors.no-stack-trace": "error",
        "models.listed": "error",
    }


def test_what_is_inconclusive_is_a_notification_and_no_result() -> None:
    notes = run_of(document())["invocations"][0]["toolExecutionNotifications"]
    assert [note["level"] for note in notes] == ["note", "note"]
    assert "sampling.seed-repeats" in notes[1]["message"]["text"]


def test_a_conforming_run_has_no_result() -> None:
    run = run_of(conforming())
    assert run["results"] == []
    assert run["invocations"][0]["exitCode"] == 0


def test_a_known_failure_is_suppressed_with_its_reason() -> None:
    whole = document()
    whole["baseline"] = {"known": ["stream.done-last"], "reasons": {"stream.done-last": "ticket 7"}}
    suppressed = {
        result["ruleId"]: result["suppressions"][0]["justification"]
        for result in run_of(whole)["results"]
        if "suppressions" in result
    }
    assert suppressed == {"stream.done-last": "ticket 7"}


def test_a_finding_keeps_its_fingerprint_when_only_what_came_differs() -> None:
    first, second = document(), document()
    second["rulings"][4]["findings"][0]["actual"] = "something else"
    prints = [
        [result["partialFingerprints"] for result in run_of(whole)["results"]]
        for whole in (first, second)
    ]
    assert prints[0] == prints[1]
