"""Target file and known failures: a value or a sentence, whatever the file holds."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.errors import UsageError
from conformance.known_failures import to_toml
from conformance.known_failures_file import load_baseline
from conformance.target import load_target
from tests.parsers.damage import ANYTHING, DEEP, damaged
from tests.parsers.sentences import read

TARGET = b"""[target]
url = "https://gateway.example/v1"
model = "google/gemma-7b-it-lora"
scope = "gateway"
[keys]
valid = "GATEWAY_KEY"
[claims]
context_window = 4096
adapters = ["pirate"]
prices = [80, 160]
[budget]
requests = 600
usd = 0.05
seconds = 600
[http]
headers = {x-team = "a"}
concurrency = 2
timeout = 60.5
"""
KNOWN = b"""contract = "1.0.0"
[[known]]
requirement = "stream.done-last"
reason = "ticket 7"
expires = 2027-01-31
[[flaky]]
requirement = "usage.adds-up"
reason = "noise"
"""
KNOWN_YAML = b"""contract: 1.0.0
known:
  - requirement: stream.done-last
    reason: ticket 7
    expires: 2027-01-31
flaky:
  - {requirement: usage.adds-up, reason: noise}
"""
IDS = ("stream.done-last", "usage.adds-up")
HOSTILE = (
    b"a = " + b"[" * DEEP,
    b"a = " + b"9" * 5_000,
    b"[" + b"a." * DEEP + b"a]",
    b"a = 1e999999999999999999999",
    b"known: !!timestamp x",
    b"known: !!int ''",
    b"known: !!bool x",
)


@pytest.mark.parser("target file")
@given(data=damaged(TARGET) | ANYTHING)
@example(data=TARGET)
@example(data=b"a." * 400_000 + b"a = 1")
@example(data=b'a = "' + b'\\"' * 400_000)
@example(data=TARGET.replace(b"= 600", b"= nan"))
@example(data=TARGET.replace(b"= 600", b"= inf"))
@example(data=TARGET.replace(b"= 600", b"= " + b"9" * 4_000))
@example(data=TARGET.replace(b"= 60.5", b"= -1"))
@example(data=TARGET.replace(b"concurrency = 2", b"concurrency = 0"))
@example(data=TARGET.replace(b"gateway.example", b"gateway\\n.example"))
@example(data=TARGET.replace(b"600\n[http]", b"[" * DEEP))
@example(data=TARGET.replace(b"= 600", b"= " + b"9" * 5_000))
def test_a_target_file_is_a_target_or_a_sentence(shelf: Path, data: bytes) -> None:
    target = read(shelf, "target.toml", data, load_target, UsageError)
    if target is None:
        assert data != TARGET
        return
    assert target.url.isprintable()
    assert " " not in target.url
    budget = target.budget
    for cap in (budget.requests, budget.tokens, budget.usd, budget.seconds, target.http.timeout):
        assert math.isfinite(cap)
        assert cap >= 0
    assert target.concurrency >= 1
    assert target.http.timeout > 0


@pytest.mark.parser("known failures")
@given(data=damaged(KNOWN, KNOWN_YAML) | ANYTHING, suffix=st.sampled_from(["toml", "yaml"]))
@example(data=KNOWN, suffix="toml")
@example(data=KNOWN_YAML, suffix="yaml")
@example(data=b"a = " + b"[" * DEEP, suffix="toml")
@example(data=b"a = " + b"9" * 5_000, suffix="toml")
@example(data=b"known: !!timestamp x", suffix="yaml")
@example(data=b"known: !!int ''", suffix="yaml")
@example(data=b"known: !!bool x", suffix="yaml")
def test_known_failures_are_a_baseline_or_a_sentence(shelf: Path, data: bytes, suffix: str) -> None:
    def baseline(path: Path) -> Any:
        return load_baseline(path, IDS, "1.2.0")

    found = read(shelf, f"known.{suffix}", data, baseline, UsageError)
    if found is None:
        assert (data, suffix) not in ((KNOWN, "toml"), (KNOWN_YAML, "yaml"))
        return
    again = read(shelf, "again.toml", to_toml(found).encode(), baseline)
    assert again == found
