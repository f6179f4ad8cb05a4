"""The fuzz meets the mock: nothing on a clean one, faults found, shrunk and told again offline."""

from __future__ import annotations

import asyncio
import io
import statistics
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance.fuzz.harvest import Harvest
from conformance.fuzz.kin import Family
from conformance.replaying import replay
from conformance.report_schema import departure
from conformance.reports.text import show
from conformance.session import Options, bundled_target, hold

SEED = 7


def fuzzed(arguments: tuple[str, ...], options: Options, **caps: int) -> dict[str, Any]:
    with bundled_target(arguments) as (target, keys):
        target = replace(target, budget=replace(target.budget, **caps))
        return asyncio.run(hold(target, keys, options)).report().to_json()


def verdicts(document: dict[str, Any]) -> dict[str, str]:
    return {row["requirement"]: row["verdict"] for row in document["rulings"]}


def causes(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("requirement", "kind", "count", "case", "body", "evidence")
    return [tuple(row[name] for name in names) for row in document["measurements"]["fuzz"]["found"]]


def test_a_clean_mock_has_nothing_to_object_to_and_the_same_twice() -> None:
    options = Options(seed=SEED, only="request,response,usage", fuzz=120)
    first, second = fuzzed((), options), fuzzed((), options)
    assert causes(first) == []
    assert verdicts(first) == verdicts(second)
    assert set(verdicts(first).values()) == {"PASS"}
    assert first["measurements"]["fuzz"]["cases"] == 120
    assert departure(first) is None
    console = Console(file=io.StringIO())
    show(first, console)
    assert "fuzz: 120 cases, 0 causes, seed 7" in console.file.getvalue()  # type: ignore[attr-defined]


FAULTS = ("request.temperature-range", "usage.adds-up", "framing.media-type/choices")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_shrunk_and_told_again_from_evidence(fault: str, tmp_path: Path) -> None:
    requirement = fault.partition("/")[0]
    options = Options(SEED, requirement, tmp_path / "evidence", fuzz=600)
    document = fuzzed(("--fault", fault), options)
    found = document["measurements"]["fuzz"]["found"]
    assert requirement in {row["requirement"] for row in found}
    assert verdicts(document)[requirement] == "FAIL"
    assert statistics.median(row["bytes"] for row in found) <= 120
    assert all(row["curl"].startswith("curl") and row["seed"] == SEED for row in found)
    again = replay(tmp_path / "evidence", requirement).to_json()
    assert verdicts(again) == verdicts(document)
    assert causes(again) == causes(document)
    assert set(again["exchanges"]) == set(document["exchanges"])


def test_the_caps_hold_while_many_requests_are_under_way() -> None:
    options = Options(SEED, "request.model-required", fuzz=500)
    document = fuzzed((), options, requests=60)
    assert document["run"]["spent"]["requests"] == 60
    assert document["measurements"]["fuzz"]["cut"] == "budget: 60 requests"
    assert document["measurements"]["fuzz"]["cases"] < 60


def test_what_failed_is_tried_first_next_time_and_written_as_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, tests = str(tmp_path / "corpus"), tmp_path / "tests"
    fault = ("--fault", "request.temperature-range")
    with bundled_target(fault) as (target, keys):

        def once(cases: int, seed: int) -> list[dict[str, Any]]:
            options = Options(
                seed, "request.temperature-range", fuzz=cases, database=corpus, distill=tests
            )
            document = asyncio.run(hold(target, keys, options)).report().to_json()
            return list(document["measurements"]["fuzz"]["found"])

        (first,) = once(600, SEED)
        (again,) = once(1, SEED + 1)
        assert again["case"] == "again-000000"
        assert again["body"] == first["body"]
        (written,) = sorted(tests.glob("test_*.py"))
        scope: dict[str, Any] = {}
        exec(compile(written.read_text(), written.name, "exec"), scope)
        (test,) = (value for name, value in scope.items() if name.startswith("test_"))
        monkeypatch.setenv("GONOGO_URL", target.url)
        monkeypatch.setenv("GATEWAY_KEY", keys["valid"])
        with pytest.raises(AssertionError):
            test()
    with bundled_target() as (sound, keys):
        monkeypatch.setenv("GONOGO_URL", sound.url)
        test()


PAIRS = (
    ("usage.stream-prompt-equal", "+streamed"),
    ("sampling.stop-nothing-lost", "+stopped"),
    ("usage.prompt-grows", "+longer"),
)


@pytest.mark.parametrize(("fault", "kind"), PAIRS)
def test_answers_that_do_not_hang_together_are_found_by_pairs(
    fault: str, kind: str, tmp_path: Path
) -> None:
    options = Options(SEED, fault, tmp_path / "evidence", fuzz=400)
    document = fuzzed(("--fault", fault), options)
    found = document["measurements"]["fuzz"]["found"]
    assert kind in {row["kind"] for row in found if row["requirement"] == fault}
    assert causes(replay(tmp_path / "evidence", fault).to_json()) == causes(document)


def test_what_was_judged_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty thousand cases need no more memory than some hundred."""
    seen: list[weakref.ref[Any]] = []
    alive: list[int] = []
    take = Harvest.take

    def watched(harvest: Harvest, family: Family) -> frozenset[str]:
        shown = take(harvest, family)
        seen.extend(map(weakref.ref, family.readings))
        alive.append(sum(each() is not None for each in seen))
        return shown

    monkeypatch.setattr(Harvest, "take", watched)
    fuzzed((), Options(SEED, "usage.adds-up", fuzz=200))
    assert len(seen) > 200
    # What is under way, and the one that is being judged.
    assert alive[-1] < 20
