"""A report document written by hand: every verdict, every kind of content, and hostile bytes."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.conformance.example_exchanges import curl, exchange, stream
from tests.conformance.example_measurements import measurements

SCRIPT = "<script>window.pwned = true</script><img src=x onerror='window.pwned = true'>"
BIDI = "safe\u202egpj.exe\u2066 \u200bzero\u0000nul\x1b[31mred"
SHELL = "`$(touch pwned)` | **bold** [link](javascript:alert(1)) <!-- --> ]]>"
HOSTILE = f"{SCRIPT} {BIDI} {SHELL}"

_VERDICTS = ("PASS", "WARN", "FAIL", "UNTESTABLE", "INCONCLUSIVE", "NOT_APPLICABLE")


def finding(where: str, expected: str, actual: str, evidence: str) -> dict[str, Any]:
    """Return one finding."""
    return {
        "where": where,
        "expected": expected,
        "actual": actual,
        "curl": curl('{"model":"google/gemma-7b-it-lora"}'),
        "evidence": evidence,
    }


def ruling(
    identity: str,
    level: str,
    verdict: str,
    text: str,
    *,
    why: str = "A client waits for a line that never comes.",
    reason: str = "",
    findings: list[dict[str, Any]] | None = None,
    notes: list[dict[str, Any]] | None = None,
    judged: int = 3,
) -> dict[str, Any]:
    """Return one ruling."""
    found = findings or []
    return {
        "requirement": identity,
        "level": level,
        "scope": "gateway",
        "verdict": verdict,
        "reason": reason,
        "text": text,
        "source": "OpenAI API reference, chat/streaming (2026-10)",
        "why": why,
        "clause": f"gateway.yaml#/paths/~1chat~1completions/post/x-requirements/{len(identity)}",
        "findings": found,
        "notes": notes or [],
        "count": len(found),
        "judged": 0 if reason else judged,
    }


def rulings() -> list[dict[str, Any]]:
    """Return rulings of every verdict, over several chapters."""
    return [
        ruling("transport.http-1-1", "MUST", "PASS", "The gateway speaks HTTP/1.1."),
        ruling("auth.bad-key-refused", "MUST", "PASS", "A request with an unknown key is refused."),
        ruling(
            "auth.challenge-header",
            "SHOULD",
            "WARN",
            "A 401 carries a WWW-Authenticate header.",
            why="A generic HTTP client cannot tell which scheme to use.",
            findings=[
                finding(
                    "auth/bad-key, response headers",
                    "a WWW-Authenticate header",
                    "none of 6 headers is one",
                    "auth/bad-key",
                )
            ],
        ),
        ruling(
            "framing.media-type",
            "MUST",
            "PASS",
            "A stream is labelled text/event-stream.",
            notes=[{"text": "charset is absent, which is legal", "evidence": "greeting/stream"}],
        ),
        ruling(
            "stream.done-last",
            "MUST",
            "FAIL",
            "A stream ends with exactly one `data: [DONE]`, and nothing follows it.",
            why="The official SDKs read on until `[DONE]`; without it a client hangs or raises.",
            findings=[
                finding(
                    "greeting/stream, event 14 at byte 2,716",
                    "data: [DONE] as the last event",
                    'the stream ended after the chunk with finish_reason "stop"',
                    "greeting/stream",
                ),
                finding("hostile/answer, body", "[DONE]", HOSTILE, "hostile/answer"),
            ],
        ),
        ruling("stream.one-id", "MUST", "PASS", "All chunks of a stream carry one id."),
        ruling(
            "errors.no-stack-trace",
            "MUST",
            "FAIL",
            "No answer carries a stack trace, a path of the server or a key.",
            why="It tells an attacker what runs where.",
            findings=[
                finding("hostile/answer, body", "an error object", HOSTILE, "hostile/answer")
            ],
        ),
        ruling(
            "limits.retry-after-kept",
            "MUST",
            "NOT_APPLICABLE",
            "After the seconds that Retry-After names, a request is served again.",
            reason="no key 'small_quota' was given",
        ),
        ruling(
            "context.overflow-before-stream",
            "MUST",
            "INCONCLUSIVE",
            "Overflow is refused before any stream starts.",
            reason="budget: 600 requests",
        ),
        ruling(
            "usage.adds-up",
            "MUST",
            "PASS",
            "total_tokens is prompt_tokens plus completion_tokens.",
            judged=212,
        ),
        ruling(
            "sampling.seed-repeats",
            "SHOULD",
            "INCONCLUSIVE",
            "Two requests with one seed get the same text.",
            reason="seeded/second: answered 503 after every try",
        ),
        ruling(
            "models.listed",
            "MUST",
            "UNTESTABLE",
            "The model in use is listed.",
            reason="models/list: refused with 500",
            why="A client that asks which models there are finds none.",
        ),
        ruling(
            "billing.empty-wallet",
            "MUST",
            "NOT_APPLICABLE",
            "A request that the wallet cannot pay is refused with 402.",
            reason="no key 'without_credit' was given",
        ),
    ]


def counted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the summary of these rulings."""
    verdicts = {name: sum(row["verdict"] == name for row in rows) for name in _VERDICTS}
    undecided = [row for row in rows if row["verdict"] == "INCONCLUSIVE"]
    reached = [row for row in undecided if not row["reason"].startswith("budget")]
    return {
        "requirements": len(rows),
        "judged": verdicts["PASS"] + verdicts["WARN"] + verdicts["FAIL"],
        "verdicts": verdicts,
        "not_reached": len(undecided) - len(reached),
        "undecided_musts": sum(row["level"] == "MUST" for row in reached),
        "conforms": not (verdicts["FAIL"] or verdicts["UNTESTABLE"]),
    }


def document() -> dict[str, Any]:
    """Return a whole document; each call returns a fresh one."""
    words = ["1", " 2", " 3", " 4", " 5", " 6", " 7", " 8", " 9", " 10", " 11", " 12", " 13"]
    refused = {"error": {"message": "Incorrect API key provided", "type": "invalid_request_error"}}
    rows = rulings()
    return {
        "schema_version": "1.0",
        "run": {
            "kit": {"name": "gonogo", "version": "0.1.0"},
            "contract": {"title": "AIgateway chat", "version": "1.0.0", "sha256": "ab" * 32},
            "target": "https://gateway.example/v1",
            "model": "google/gemma-7b-it-lora",
            "scope": "gateway",
            "seed": 0,
            "started": "2026-11-23T07:00:00+00:00",
            "seconds": 47.213,
            "budget": {"requests": 600, "tokens": 150000, "usd": 0.05, "seconds": 600.0},
            "spent": {"requests": 212, "tokens": 31482, "usd": 0.003114},
            "environment": {"python": "3.11.9", "system": "Linux"},
            "keys": {"valid": "GATEWAY_KEY"},
            "evidence": {"file": "evidence", "sha256": "cd" * 32},
            "interrupted": "",
            "crashes": [],
        },
        "capabilities": {
            "key": {"class": "effective", "words": "", "evidence": ""},
            "chat": {"class": "effective", "words": "a chat request", "evidence": "baseline/plain"},
            "streaming": {"class": "effective", "words": "stream: true", "evidence": ""},
            "usage": {"class": "effective", "words": "usage of a completion", "evidence": ""},
            "n": {"class": "accepted and ignored", "words": "asked for 2 choices", "evidence": ""},
            "tools": {"class": "properly rejected", "words": "tools: status 400", "evidence": ""},
            "logprobs": {"class": "absent", "words": "", "evidence": ""},
            "deterministic": {"class": "undecided", "words": "status 503", "evidence": ""},
        },
        "rulings": rows,
        "measurements": {"window": measurements()["window"]},
        "exchanges": {
            "auth/bad-key": exchange("auth/bad-key", {}, 401, json.dumps(refused)),
            "greeting/stream": stream(words, done=False),
            "hostile/answer": exchange(
                "hostile/answer",
                {"user": HOSTILE},
                500,
                f'{{"error": {{"message": "Traceback (most recent call last): {HOSTILE}"}}}}',
                ending="incomplete",
                detail="the connection closed 12 bytes early",
            ),
        },
        "baseline": {},
        "summary": counted(rows),
    }


def conforming() -> dict[str, Any]:
    """Return the document of a run in which all was well."""
    whole = document()
    whole["rulings"] = [row for row in whole["rulings"] if row["verdict"] == "PASS"]
    whole["summary"] = counted(whole["rulings"])
    cited = {note["evidence"] for row in whole["rulings"] for note in row["notes"]}
    whole["exchanges"] = {key: each for key, each in whole["exchanges"].items() if key in cited}
    return whole


def large(requirements: int = 504, findings: int = 5, broken: int = 4) -> dict[str, Any]:
    """Return the document that a run of 5,000 exchanges may leave: every fourth requirement broken,
    each in as many ways as are told."""
    whole = document()
    model = stream([f" word{index}" for index in range(120)])
    model["body"] = (model["body"] * 3)[:4096]
    model["arrivals"] = model["arrivals"][:24]
    model["events"]["rows"] = model["events"]["rows"][:60]
    rows = []
    for index in range(requirements):
        chapter = ("stream", "usage", "errors", "limits", "context", "always")[index % 6]
        verdict = "PASS" if index % broken else "FAIL"
        row = ruling(f"{chapter}.rule-{index}", "MUST", verdict, f"Sentence {index} is kept.")
        for number in range(0 if index % broken else findings):
            identity = f"probe-{index}/label-{number}"
            whole["exchanges"][identity] = copy.deepcopy(model)
            row["findings"].append(
                finding(identity, "a thing " * 20, f"another {number} " * 20, identity)
            )
        row["count"] = len(row["findings"])
        rows.append(row)
    whole["rulings"] = rows
    whole["summary"] = counted(rows)
    points = [[index / 10, 0.2 + (index * 37 % 101) / 400] for index in range(5000)]
    whole["measurements"] = measurements()
    whole["measurements"]["first-token"]["series"][0]["points"] = points
    return whole
