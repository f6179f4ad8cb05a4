"""What the mock is measured against: applications that do nothing, on the server the mock runs on.

Run as `python -m bench.speed.references NAME`; prints the port, then serves until it is stopped.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

EVENTS = 20
"""Events of the constant stream, `[DONE]` among them."""

HEAD = {
    "id": "chatcmpl-0123456789abcdef01234567",
    "created": 1776947082,
    "model": "google/gemma-7b-it-lora",
    "system_fingerprint": "constant-1",
}
COMPLETION = {
    **HEAD,
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello! How can I help you today?"},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 24, "completion_tokens": 12, "total_tokens": 36},
}


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {**HEAD, "object": "chat.completion.chunk", "choices": [choice]}
    return b"data: %b\n\n" % json.dumps(chunk, separators=(",", ":")).encode()


STREAM = [
    _event({"role": "assistant", "content": ""}),
    *[_event({"content": " help"})] * (EVENTS - 3),
    _event({}, "stop"),
    b"data: [DONE]\n\n",
]
WHOLE = json.dumps(COMPLETION, separators=(",", ":")).encode()


async def _chat(request: Request) -> Response:
    body = await request.json()
    if body.get("stream"):
        return StreamingResponse(_constant(), media_type="text/event-stream")
    return JSONResponse(COMPLETION)


async def _constant() -> AsyncIterator[bytes]:
    for event in STREAM:
        yield event


bare = Starlette(routes=[Route("/v1/chat/completions", _chat, methods=["POST"])])
"""Parses the JSON and answers a constant: nothing is checked, counted or charged."""


async def raw(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Parse the JSON and answer the same constant, without any framework."""
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if json.loads(body).get("stream"):
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for event in STREAM:
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(WHOLE))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": WHOLE})


def main(name: str) -> None:
    """Serve one of them on a free port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(
        {"bare": bare, "raw": raw}[name],
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
    )
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[listening]))


if __name__ == "__main__":
    main(sys.argv[1])
