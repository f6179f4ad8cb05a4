"""Transcripts of real third-party servers, replayed: no later release is harsher than was agreed.

`agreed.json` holds the verdicts of the day they were recorded and read; `docs/field-notes.md` says
what each server really does. A verdict may only become milder, as when a false alarm is mended.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from conformance.replaying import replay
from conformance.verdict import Verdict

FIELD = Path(__file__).parent / "field"
AGREED: dict[str, dict[str, str]] = json.loads((FIELD / "agreed.json").read_text("utf-8"))
SEVERITY = {Verdict.WARN: 1, Verdict.UNTESTABLE: 2, Verdict.FAIL: 3}


@pytest.mark.parametrize("server", sorted(AGREED))
def test_a_recorded_server_is_judged_no_harsher_than_agreed(server: str, tmp_path: Path) -> None:
    recorded = gzip.decompress((FIELD / f"{server}.ndjson.gz").read_bytes())
    (tmp_path / "evidence.ndjson").write_bytes(recorded)
    report = replay(tmp_path)
    assert report.crashes == ()
    found = {each.requirement: each.verdict for each in report.rulings}
    agreed = {identity: Verdict(word) for identity, word in AGREED[server].items()}
    harsher = {
        identity: verdict
        for identity, verdict in found.items()
        if SEVERITY.get(verdict, 0) > SEVERITY.get(agreed.get(identity, Verdict.PASS), 0)
    }
    assert harsher == {}
    still = [identity for identity in agreed if found.get(identity) == agreed[identity]]
    assert len(still) > len(agreed) / 2, "most of what was found then is found now"
