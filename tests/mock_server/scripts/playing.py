"""Plays scripts written in a test, without a socket. Knows no rule of theirs."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from mock_server.app import App, build
from mock_server.settings import Settings
from tests.mock_server.driving import Answer, Counting, ask, body, exchange

TOKEN = "let-me-in"


def play(tmp_path: Path, text: str, suffix: str = ".toml", **settings: Any) -> App:
    """A mock that plays a script; its engine counts, its ids are `id1000`, `id1001` ..."""
    file = tmp_path / f"play{suffix}"
    file.write_text(text, encoding="utf-8")
    ids = itertools.count(1000)
    injected = {"clock": lambda: 1_800_000_000 * 10**9, "ids": lambda: f"id{next(ids)}"}
    injected |= {name: settings.pop(name) for name in ("clock", "sleep") if name in settings}
    engine = settings.pop("engine", None) or Counting()
    told = Settings(script=str(file), control_token=TOKEN, **settings)
    return build(told, engine=engine, **injected)


def statuses(app: App, count: int, sent: Any = None, **more: Any) -> list[int]:
    """The statuses of so many equal requests."""
    return [ask(app, sent, **more).status for _ in range(count)]


def control(app: App, method: str, path: str, sent: Any = None, token: str = TOKEN) -> Answer:
    """Ask the control API."""
    headers = {"authorization": f"Bearer {token}"}
    return exchange(app, method, f"/__gonogo__/{path}", sent, headers)


def explained(app: App, answer: Answer) -> Any:
    """Why an answer was given."""
    found = control(app, "GET", f"explain/{answer.headers['x-request-id']}")
    assert found.status == 200, found.body
    return found.document


def said(app: App, content: str = "hi", **members: Any) -> str:
    """The text of an answer in one piece."""
    answer = ask(app, body(content, **members))
    assert answer.status == 200, answer.body
    text: str = answer.document["choices"][0]["message"]["content"]
    return text


def events(answer: Answer) -> list[bytes]:
    """The events of a stream, the sentinel included; what is cut off has no end."""
    found = answer.body.split(b"\n\n")
    return found if found[-1] else found[:-1]


def texts(answer: Answer) -> list[str]:
    """What each event of a stream adds."""
    chunks = [json.loads(event[6:]) for event in events(answer) if event != b"data: [DONE]"]
    contents = [one["choices"][0]["delta"].get("content") for one in chunks if one["choices"]]
    return [content for content in contents if content]
