"""The mock serves a document that is not ours, and the suite judges it by that document alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.fuzz.command import SpecOptions, check_described_with
from conformance.target import Target
from mock_server.app import build
from mock_server.beside import running
from mock_server.settings import Settings
from openapi import load

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "conformance" / "fuzz" / "library.yaml"
SHOP = HERE / "shop.yaml"
ACCOUNT = HERE.parents[1] / "openapi" / "account.yaml"
KEY = {"valid": "sk-aig-mock"}


@pytest.fixture(params=[LIBRARY, SHOP], ids=["library", "shop"])
def document(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_a_document_served_by_the_mock_is_kept_to_the_letter(document: Path) -> None:
    base = load(document).operations[0].base
    with running(build(Settings(spec=str(document)))) as port:
        target = Target(f"http://127.0.0.1:{port}{base}")
        report = check_described_with(target, KEY, SpecOptions(document, seed=7, fuzz=40))
    found = report.to_json()
    assert found["measurements"]["fuzz"]["found"] == []
    assert {row["verdict"] for row in found["rulings"]} <= {"PASS", "NOT_APPLICABLE"}
    assert report.header.spent["requests"] > 50


def test_what_stands_beside_chat_is_kept_to_the_letter_too() -> None:
    with running(build(Settings(job_seconds=0.05))) as port:
        target = Target(f"http://127.0.0.1:{port}/v1", model="google/gemma-7b-it-lora")
        report = check_described_with(target, KEY, SpecOptions(ACCOUNT, seed=7))
    found = report.to_json()["measurements"]["fuzz"]["found"]
    # What no schema can say: hosts that may be called, signatures, what a window holds.
    assert {row["requirement"] for row in found} <= {"always.api-accepts"}
    assert report.header.spent["requests"] > 1000
