"""Exchanges of the example report, written by hand."""

from __future__ import annotations

import json
from typing import Any


def chunk(index: int, text: str, *, finish: str | None = None) -> str:
    """Return the data of one stream chunk."""
    delta = {"role": "assistant", "content": text} if index == 0 else {"content": text}
    return json.dumps(
        {
            "id": "chatcmpl-7f3a",
            "object": "chat.completion.chunk",
            "created": 1_767_000_000,
            "model": "google/gemma-7b-it-lora",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
    )


def stream(words: list[str], *, done: bool = True) -> dict[str, Any]:
    """Return an exchange that holds a stream of these words."""
    datas = [chunk(index, word) for index, word in enumerate(words)]
    datas.append(chunk(len(words), "", finish="stop"))
    datas += ["[DONE]"] if done else []
    rows, arrivals, body, at = [], [], "", 0.182
    for index, data in enumerate(datas):
        block = f"data: {data}\n\n"
        start = len(body.encode())
        body += block
        arrivals.append({"start": start, "at": round(at, 6), "chunk": index})
        rows.append(
            {
                "start": start,
                "end": len(body.encode()),
                "at": round(at, 6),
                "type": "message",
                "data": data[:240],
                "cut": max(len(data) - 240, 0),
            }
        )
        at += 0.031 if index % 5 else 0.094
    return exchange(
        "greeting/stream",
        {"stream": True, "max_tokens": 48},
        200,
        body,
        kind="text/event-stream; charset=utf-8",
        arrivals=arrivals,
        events={"count": len(datas), "rows": rows[:80]},
        ended_at=round(at, 6),
    )


def exchange(
    identity: str,
    extra: dict[str, Any],
    status: int | None,
    body: str,
    *,
    kind: str = "application/json",
    ending: str = "complete",
    detail: str = "",
    arrivals: list[dict[str, Any]] | None = None,
    events: dict[str, Any] | None = None,
    ended_at: float = 0.24,
) -> dict[str, Any]:
    """Return one exchange as the document holds it."""
    sent = {
        "model": "google/gemma-7b-it-lora",
        "messages": [{"role": "user", "content": "Count from 1 to 60 in digits."}],
        "temperature": 0,
        **extra,
    }
    text = json.dumps(sent)
    return {
        "curl": curl(text),
        "request": {
            "method": "POST",
            "path": "/chat/completions",
            "url": "https://gateway.example/v1/chat/completions",
            "headers": [["content-type", "application/json"]],
            "body": text,
        },
        "status": status,
        "headers": [] if status is None else [["Content-Type", kind], ["X-Request-Id", "req_01H"]],
        "body": body[:4096] + (f"… ({len(body)} bytes)" if len(body) > 4096 else ""),
        "bytes": len(body.encode("utf-8", "surrogatepass")),
        "ending": ending,
        "detail": detail,
        "attempt": 2 if identity.endswith("#2") else 1,
        "headers_at": None if status is None else 0.174,
        "ended_at": ended_at,
        "arrivals": arrivals if arrivals is not None else [{"start": 0, "at": 0.2, "chunk": None}],
        "events": events or {"count": 0, "rows": []},
    }


def curl(body: str) -> str:
    """Return a curl line as the suite writes it."""
    quoted = body.replace("'", "'\"'\"'")
    return (
        "curl -sS -i https://gateway.example/v1/chat/completions "
        "-H \"Authorization: Bearer $GATEWAY_KEY\" -H 'content-type: application/json' "
        f"--data-binary '{quoted}'"
    )
