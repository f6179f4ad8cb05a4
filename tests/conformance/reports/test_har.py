"""HAR: from the evidence whole, without it what the report cites."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from conformance.arrivals import Arrival
from conformance.evidence import Header
from conformance.evidence_file import EvidenceWriter
from conformance.exchange import Ending, Exchange, Request
from conformance.reports import render
from tests.conformance.example_report import document


def test_without_evidence_it_holds_the_cited_exchanges() -> None:
    entries = json.loads(render("har", document()))["log"]["entries"]
    assert len(entries) == 3
    assert {entry["response"]["status"] for entry in entries} == {200, 401, 500}
    assert entries[0]["request"]["url"] == "https://gateway.example/v1/chat/completions"


def test_with_evidence_it_holds_every_exchange_whole(tmp_path: Path) -> None:
    request = Request("first", "POST", "/chat/completions", body=b'{"a": 1}')
    exchanges = [
        Exchange(
            request,
            Ending.COMPLETE,
            probe="greeting",
            began=1_767_000_000.5,
            status=200,
            version="HTTP/1.1",
            headers=(("content-type", "text/plain"), ("x-a", "1"), ("x-a", "2")),
            body=b"\xff\x00" * 5000,
            arrivals=(Arrival(0, 0.2),),
            headers_at=0.1,
            ended_at=0.3,
        ),
        Exchange(Request("second", "GET", "/health?x=1", at_root=True), Ending.REFUSED),
    ]
    with EvidenceWriter(tmp_path, Header("http://127.0.0.1:9/v1")) as writer:
        for exchange in exchanges:
            writer.exchange(exchange)
        writer.finish()
    refused, whole = json.loads(render("har", document(), tmp_path))["log"]["entries"]
    content = whole["response"]["content"]
    assert base64.b64decode(content["text"]) == b"\xff\x00" * 5000
    assert content["encoding"] == "base64"
    assert whole["timings"] == {"send": 0, "wait": 100.0, "receive": 200.0}
    assert {"name": "Authorization", "value": "Bearer {valid}"} in whole["request"]["headers"]
    assert [each["value"] for each in whole["response"]["headers"] if each["name"] == "x-a"] == [
        "1",
        "2",
    ]
    assert refused["request"]["url"] == "http://127.0.0.1:9/health?x=1"
    assert refused["request"]["queryString"] == [{"name": "x", "value": "1"}]
    assert (refused["response"]["status"], refused["comment"]) == (0, "/second: refused")
