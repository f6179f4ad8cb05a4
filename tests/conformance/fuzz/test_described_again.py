"""A run with a described API is done again: without a network, and where it broke off."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import EvidenceError, UsageError
from conformance.evidence_file import evidence_path, read_evidence
from conformance.fuzz.command import SpecOptions, check_described_with
from conformance.fuzz.described_again import replay_described
from conformance.fuzz.task import DOCUMENT as KEPT
from conformance.fuzz.task import task_of
from conformance.replaying import replay
from conformance.target import Target
from conformance.verifying import departures

from .library import BUGS, DOCUMENT, library

KEY = "sk-library-0123456789"
JUDGED = ("rulings", "measurements", "exchanges", "summary")


def judged(document: dict[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in JUDGED}


def run(url: str, folder: Path, *, resume: bool = False, fuzz: int = 12) -> dict[str, Any]:
    options = SpecOptions(DOCUMENT, seed=7, fuzz=fuzz, evidence=folder, resume=resume)
    return check_described_with(Target(url), {"valid": KEY}, options).to_json()


def test_replay_says_the_same_without_a_network(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    with library(*BUGS) as server:
        live = run(server.url, folder)
    assert live["measurements"]["fuzz"]["found"]
    assert KEY.encode() not in evidence_path(folder).read_bytes()
    assert judged(replay(folder).to_json()) == judged(live)
    only = replay(folder, "always.api-schema").to_json()
    assert [row["verdict"] for row in only["rulings"]] == ["FAIL"]
    report = tmp_path / "report.json"
    report.write_text(json.dumps(live))
    assert departures(report, folder, None) == []
    live["rulings"][0]["verdict"] = "FAIL"
    report.write_text(json.dumps(live))
    assert departures(report, folder, None) != []


def test_each_finding_holds_curl_seed_and_evidence(tmp_path: Path) -> None:
    with library(*BUGS) as server:
        live = run(server.url, tmp_path)
    on_disk = {each.id for each in read_evidence(tmp_path).exchanges}
    for row in live["measurements"]["fuzz"]["found"]:
        assert row["curl"].startswith("curl ")
        assert server.url in row["curl"]
        assert row["seed"] == 7
        assert row["evidence"] in on_disk
        assert row["evidence"] in live["exchanges"]


def test_a_run_killed_at_any_moment_is_gone_on_with(tmp_path: Path) -> None:
    dice = random.Random(11)
    with library(*BUGS) as server:
        straight = run(server.url, tmp_path / "straight")
        written = evidence_path(tmp_path / "straight").read_bytes()
        first = written.index(b"\n") + 1
        for moment in range(4):
            folder = tmp_path / str(moment)
            folder.mkdir()
            cut = dice.randrange(first, len(written) - 200)
            evidence_path(folder).write_bytes(written[:cut])
            before = len(read_evidence(folder).exchanges)
            seen = len(server.seen)
            again = run(server.url, folder, resume=True)
            after = read_evidence(folder).exchanges
            assert again["rulings"] == straight["rulings"]
            assert again["run"]["spent"]["requests"] == straight["run"]["spent"]["requests"]
            # A NUL in a header is recorded as not sent.
            assert len(server.seen) - seen <= len(after) - before
            assert len({each.id for each in after}) == len(after)


def test_what_is_gone_on_with_must_be_the_same_run(tmp_path: Path) -> None:
    with library() as server:
        run(server.url, tmp_path)
        file = evidence_path(tmp_path)
        file.write_bytes(file.read_bytes()[:9000])
        with pytest.raises(UsageError, match="another task"):
            run(server.url, tmp_path, resume=True, fuzz=30)
    with library() as other, pytest.raises(UsageError, match="another target"):
        run(other.url, tmp_path, resume=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}", "not the document"),
        (None, "cannot be read"),
    ],
)
def test_evidence_without_its_document_is_one_clear_sentence(
    tmp_path: Path, text: str | None, words: str
) -> None:
    with library() as server:
        run(server.url, tmp_path, fuzz=0)
    document = tmp_path / KEPT
    document.unlink()
    if text:
        document.write_text(text)
    with pytest.raises(EvidenceError, match=words):
        replay(tmp_path)


def test_evidence_that_the_engine_would_not_make_is_refused(tmp_path: Path) -> None:
    with library() as server:
        run(server.url, tmp_path, fuzz=0)
    recorded = read_evidence(tmp_path)
    task = task_of(recorded.header)
    assert task is not None
    missing = replace(recorded, exchanges=recorded.exchanges[3:])
    with pytest.raises(EvidenceError, match="the same run would now send"):
        replay_described(tmp_path, missing, task, None)
