"""The verdict on the whole: title, sentence and exit code agree."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.outcome import exit_code, outcome, summary
from tests.conformance.example_report import conforming, counted, document, ruling


def only(*verdicts: tuple[str, str, str]) -> dict[str, Any]:
    """Return a document with one ruling for each (level, verdict, reason)."""
    whole = document()
    whole["rulings"] = [
        ruling(f"stream.rule-{index}", level, verdict, "It is so.", reason=reason)
        for index, (level, verdict, reason) in enumerate(verdicts)
    ]
    whole["summary"] = counted(whole["rulings"])
    return whole


@pytest.mark.parametrize(
    ("verdicts", "title", "code"),
    [
        ([("MUST", "PASS", "")], "Conforms", 0),
        ([("MUST", "PASS", ""), ("SHOULD", "WARN", "")], "Conforms", 0),
        ([("MUST", "FAIL", "")], "Does not conform", 1),
        ([("MUST", "UNTESTABLE", "refused with 500")], "Does not conform", 1),
        ([("MUST", "PASS", ""), ("MUST", "INCONCLUSIVE", "noise")], "Not decided", 1),
        (
            [("MUST", "PASS", ""), ("MUST", "INCONCLUSIVE", "budget: 600 requests")],
            "Conforms as far as judged",
            0,
        ),
        ([("MUST", "NOT_APPLICABLE", "no key")], "Not decided", 0),
    ],
)
def test_title_and_exit_code(verdicts: Any, title: str, code: int) -> None:
    whole = only(*verdicts)
    assert (outcome(whole).title, exit_code(whole)) == (title, code)


def test_a_broken_should_fails_a_strict_run_only() -> None:
    whole = only(("MUST", "PASS", ""), ("SHOULD", "WARN", ""))
    assert (exit_code(whole), exit_code(whole, strict=True)) == (0, 1)


def test_what_was_not_reached_fails_a_run_that_must_be_complete() -> None:
    whole = only(("MUST", "PASS", ""), ("MUST", "INCONCLUSIVE", "budget: 1 requests"))
    assert exit_code(whole, require_complete=True) == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1 MUST broken, 1 not reached within the budget"),
        (2, "2 MUSTs broken, 2 not reached within the budget"),
    ],
)
def test_the_sentence_counts_what_is_to_be_objected_to(number: int, words: str) -> None:
    verdicts = [("MUST", "FAIL", ""), ("MAY", "INCONCLUSIVE", "budget: 1 requests")] * number
    assert f"requirements judged: {words}." in outcome(only(*verdicts)).sentence


def test_a_known_failure_does_not_fail_the_run_but_is_told() -> None:
    whole = only(("MUST", "PASS", ""), ("MUST", "FAIL", ""))
    whole["baseline"] = {"known": ["stream.rule-1"]}
    assert exit_code(whole) == 0
    assert "1 known failure set aside" in outcome(whole).sentence


def test_a_stale_entry_fails_the_run() -> None:
    whole = conforming()
    whole["baseline"] = {"stale": ["stream.one-id passes now"]}
    assert (exit_code(whole), outcome(whole).title) == (1, "Baseline is stale")


def test_an_interrupted_run_is_unfinished() -> None:
    whole = conforming()
    whole["run"]["interrupted"] = "Ctrl-C"
    assert (exit_code(whole), outcome(whole).title) == (1, "Unfinished")


def test_a_judge_that_failed_itself_is_no_verdict_on_the_target() -> None:
    whole = conforming()
    whole["run"]["crashes"] = ["judge of stream.one-id: KeyError"]
    assert (exit_code(whole), outcome(whole).title) == (4, "Not decided")


def test_the_summary_of_the_example_is_what_the_kit_counts() -> None:
    whole = document()
    assert summary(whole["rulings"]) == whole["summary"]
