"""Other people's mocks, as they start: what each is told to answer, and by which command.

`make bench` installs them into a scratch folder, in pinned versions. All answer the same request
from one fixture; none of them checks, tokenises and charges as the mock does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.speed.server import Server, free_port, serving

TEXT = "Hello there! Glad to help. Ask me anything that you want to know now"
"""In pieces of four characters it makes a stream of twenty events."""
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1776947082,
    "model": "google/gemma-7b-it-lora",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": TEXT},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 10, "completion_tokens": 17, "total_tokens": 27},
}
SHAPE = {
    "openapi": "3.0.3",
    "info": {"title": "Chat", "version": "1"},
    "components": {
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "Turn": {
                "type": "object",
                "required": ["role", "content"],
                "properties": {
                    "role": {"type": "string", "enum": ["system", "user", "assistant"]},
                    "content": {"type": "string"},
                },
            },
            "Asked": {
                "type": "object",
                "required": ["model", "messages"],
                "properties": {
                    "model": {"type": "string"},
                    "messages": {"type": "array", "items": {"$ref": "#/components/schemas/Turn"}},
                    "temperature": {"type": "number", "minimum": 0, "maximum": 2},
                    "top_p": {"type": "number", "minimum": 0, "maximum": 1},
                    "max_tokens": {"type": "integer", "minimum": 1},
                    "stream": {"type": "boolean"},
                },
            },
        },
    },
    "security": [{"key": []}],
    "paths": {
        "/v1/chat/completions": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Asked"}}
                    },
                },
                "responses": {
                    "200": {
                        "description": "An answer.",
                        "content": {"application/json": {"example": COMPLETION}},
                    }
                },
            }
        }
    },
}
"""Prism takes no document of version 3.2; this is what it needs of ours, in its own version."""
FAKELLM = f"""\
version: 1
defaults: {{fallback: deterministic_echo}}
rules:
  - {{name: all, when: {{messages_contain: "hello"}}, respond: {{content: "{TEXT}"}}}}
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A mock that other people use."""

    name: str
    program: str
    """Below the folder that peers are installed in."""
    options: Callable[[int, Path], list[str]]
    """Made of a port and a folder with the files of `FILES`."""
    streams: bool = True
    """Sends events one after another; who sends a whole body in one piece has no stream."""
    note: str = ""


FILES = {
    "fixtures/hello.json": json.dumps(
        {"fixtures": [{"match": {"userMessage": "Hello"}, "response": {"content": TEXT}}]}
    ),
    "shape.json": json.dumps(SHAPE),
    "fakellm.yaml": FAKELLM,
}
PEERS = (
    Peer(
        "aimock",
        "node_modules/.bin/llmock",
        lambda port, folder: [
            *("-p", str(port), "-f", str(folder / "fixtures")),
            *("--log-level", "silent", "--chunk-size", "4"),
        ],
    ),
    Peer(
        "Prism",
        "node_modules/.bin/prism",
        lambda port, folder: ["mock", "-p", str(port), "-v", "silent", str(folder / "shape.json")],
        streams=False,
        note="sends no events",
    ),
    Peer(
        "deterministic-ai-testing",
        "bin/python",
        lambda port, folder: [
            *("-m", "uvicorn", "app.main:app", "--host", "127.0.0.1", "--port", str(port)),
            *("--no-access-log", "--log-level", "warning"),
        ],
        note="sleeps 20 ms between events",
    ),
    Peer(
        "fakellm",
        "bin/fakellm",
        lambda port, folder: ["serve", "--host", "127.0.0.1", "--port", str(port)],
        note="sleeps 10 ms between events",
    ),
)


@contextmanager
def running(home: Path, folder: Path) -> Iterator[list[tuple[Peer, Server]]]:
    """Start every peer installed in `home`, with files in `folder`, and stop them at the end."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with ExitStack() as stack:
        found = []
        for peer in PEERS:
            port = free_port()
            command = [str(home / peer.program), *peer.options(port, folder)]
            found.append(
                (peer, stack.enter_context(serving(peer.name, command, port=port, folder=folder)))
            )
        yield found
