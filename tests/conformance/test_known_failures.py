"""A baseline weighed against a run: what is excused, what is stale, what an update writes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.known_failures import Baseline, Known, to_toml, updated, weigh
from conformance.known_failures_file import load_baseline, write_baseline
from conformance.outcome import exit_code
from tests.conformance.example_report import document

IDS = [row["requirement"] for row in document()["rulings"]]
BROKEN = ["auth.challenge-header", "stream.done-last", "errors.no-stack-trace", "models.listed"]


def weighed(*known: Known, flaky: tuple[Known, ...] = ()) -> dict[str, Any]:
    """Return the example with its baseline filled in."""
    whole = document()
    whole["baseline"] = weigh(Baseline(known, flaky), whole, "known.toml")
    return whole


def test_known_failures_do_not_fail_the_run() -> None:
    whole = weighed(*(Known(identity, "ticket 1") for identity in BROKEN))
    assert whole["baseline"]["known"] == BROKEN
    assert exit_code(whole, strict=True) == 0


def test_one_failure_that_is_not_known_fails_the_run() -> None:
    assert exit_code(weighed(*(Known(identity, "x") for identity in BROKEN[:-1]))) == 1


def test_an_entry_that_passes_is_stale_and_fails_the_run() -> None:
    whole = weighed(*(Known(each, "x") for each in (*BROKEN, "usage.adds-up")))
    assert whole["baseline"]["stale"] == ["usage.adds-up: it passes now; remove its entry"]
    assert exit_code(whole) == 1


@pytest.mark.parametrize("identity", ["limits.retry-after-kept", "sampling.seed-repeats"])
def test_an_entry_that_was_not_judged_is_not_stale(identity: str) -> None:
    assert weighed(Known(identity, "x"))["baseline"]["stale"] == []


def test_an_entry_counts_until_the_end_of_its_last_day() -> None:
    still = weighed(Known("stream.done-last", "x", date(2026, 11, 23)))
    over = weighed(Known("stream.done-last", "x", date(2026, 11, 22)))
    assert still["baseline"]["known"] == ["stream.done-last"]
    assert over["baseline"]["known"] == []
    assert over["baseline"]["stale"] == [
        "stream.done-last: its entry expired on 2026-11-22, and it is still broken"
    ]


def test_what_comes_and_goes_never_decides_and_is_never_stale() -> None:
    flaky = (Known("usage.adds-up", "x"), *(Known(each, "x") for each in BROKEN))
    whole = weighed(flaky=flaky)
    assert whole["baseline"]["stale"] == []
    assert exit_code(whole) == 0


def test_an_update_makes_the_run_pass_and_keeps_reasons() -> None:
    whole = document()
    before = Baseline([Known("stream.done-last", "ticket 7"), Known("usage.adds-up", "old")])
    after = updated(before, whole)
    assert [(each.requirement, each.reason) for each in after.known] == [
        ("stream.done-last", "ticket 7"),
        ("auth.challenge-header", "recorded on 2026-11-23"),
        ("errors.no-stack-trace", "recorded on 2026-11-23"),
        ("models.listed", "recorded on 2026-11-23"),
    ]
    whole["baseline"] = weigh(after, whole, "known.toml")
    assert exit_code(whole) == 0


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    reason = 'he said "wait\\n", DEL \x7f, tab \t and Ωmega'
    known = [Known("stream.done-last", reason, date(2027, 1, 31))]
    baseline = Baseline(known, [Known("usage.adds-up", "noise")], "1.0.0")
    file = tmp_path / "known.toml"
    write_baseline(file, baseline)
    assert load_baseline(file, IDS, "1.2.0") == baseline
    assert to_toml(load_baseline(file, IDS, "1.2.0")) == file.read_text(encoding="utf-8")


def test_yaml_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "known.yaml"
    file.write_text(
        "known:\n- requirement: stream.done-last\n  reason: ticket 7\n  expires: 2027-01-31\n",
        encoding="utf-8",
    )
    expected = [Known("stream.done-last", "ticket 7", date(2027, 1, 31))]
    assert load_baseline(file, IDS, "1.0.0").known == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[known]]\nrequirement = "stream.don-last"\nreason = "x"', "mean 'stream.done-last'"),
        ('[[known]]\nrequirement = "stream.done-last"', "lacks a reason"),
        ('[[known]]\nreason = "x"', "lacks its requirement"),
        ('[[known]]\nrequirement = "stream.done-last"\nreson = "x"', "did you mean 'reason'"),
        ('[[knwon]]\nrequirement = "stream.done-last"', "did you mean 'known'"),
        ("known = 3", "known must be a list"),
        ("known = [3]", "an entry must have requirement and reason"),
        ('contract = "2.0.0"', "is a baseline for contract 2.0.0; this is 1.0.0"),
        ("contract = 2", "contract must be a string"),
        ("not toml at all", "is not TOML"),
        (
            '[[known]]\nrequirement = "stream.done-last"\nreason = "x"\nexpires = "soon"',
            "expires must be a date",
        ),
        (
            '[[known]]\nrequirement = "stream.done-last"\nreason = "x"\n'
            '[[flaky]]\nrequirement = "stream.done-last"\nreason = "x"',
            "stands twice",
        ),
    ],
)
def test_a_baseline_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "known.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_baseline(file, IDS, "1.0.0")
    assert sentence in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("text", ["a: &a [1]\nb: *a", "- just a list", "a: [", "\ttab: 1"])
def test_yaml_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "known.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError):
        load_baseline(file, IDS, "1.0.0")


def test_a_missing_file_tells_how_to_record_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--update-baseline"):
        load_baseline(tmp_path / "none.toml", IDS, "1.0.0")
