"""Cases: requests that differ from an ordinary one in one thing. Knows no judge and no table."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.answering import CONTROL
from conformance.exchange import Exchange, Request, Wire
from conformance.probe import Answer, Script, Step, ask, together
from conformance.scene import Scene, ceiling

ASK = "Say ok."
AT_ONCE = 8
"""Requests of a table that are under way at the same time."""

Edit = Mapping[str, Any] | Callable[[bytes], bytes]
"""Fields in place of the ordinary ones, `...` for none; or what becomes of the body's bytes."""


@dataclass(frozen=True, slots=True)
class Case:
    """One odd request."""

    label: str
    edit: Edit
    param: str = ""
    """The field at fault, as the contract spells it; empty where none is or nobody says."""
    code: str = ""
    """The code that the contract has for it, where that differs from its row's."""
    gateway: bool = False
    """Sent in scope `gateway` only."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cases that one requirement is about, and what is owed to each of them, in words."""

    requirement: str
    why: str
    cases: tuple[Case, ...]
    code: str = ""
    """The code that the contract has for them; empty where it is not judged."""

    def code_of(self, case: Case) -> str:
        """Return the code owed to a case."""
        return case.code or self.code


def body_of(
    scene: Scene, edit: Edit, ordinary: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], bytes]:
    """Return the fields of an edited ordinary request, and its bytes."""
    fields: dict[str, Any] = {
        "model": scene.setting.model,
        "messages": [{"role": "user", "content": ASK}],
        "max_tokens": 1,
        "temperature": 0,
        **(ordinary or {}),
    }
    if not callable(edit):
        fields.update(edit)
        fields = {name: value for name, value in fields.items() if value is not ...}
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    data = text.encode("utf-8", "surrogatepass")
    return fields, edit(data) if callable(edit) else data


def request_of(scene: Scene, case: Case, ordinary: Mapping[str, Any] | None = None) -> Request:
    """Return the request of a case; `ordinary` are fields that all cases share."""
    fields, data = body_of(scene, case.edit, ordinary)
    streams = fields.get("stream") is True
    return scene.post(
        case.label,
        data,
        wire=Wire.SOCKET if streams else Wire.POOL,
        ceiling=ceiling(fields, scene.setting.context_window),
    )


Sent = Generator[Step, Answer, tuple[Exchange, ...]]


def send_all(scene: Scene, rows: Iterable[Row], ordinary: Mapping[str, Any] | None = None) -> Sent:
    """Send an ordinary request, and then every case that the scope asks for; return them."""
    control = yield from ask(request_of(scene, Case(CONTROL, {}), ordinary))
    others = yield from send_cases(scene, rows, ordinary)
    return control, *others


def send_cases(
    scene: Scene, rows: Iterable[Row], ordinary: Mapping[str, Any] | None = None
) -> Sent:
    """Send every case that the scope asks for, some at a time; return the exchanges."""
    exchanges: list[Exchange] = []
    cases = [
        case
        for row in rows
        for case in row.cases
        if scene.setting.scope == "gateway" or not case.gateway
    ]
    for first in range(0, len(cases), AT_ONCE):
        some = cases[first : first + AT_ONCE]
        exchanges += yield from together(request_of(scene, case, ordinary) for case in some)
    return tuple(exchanges)


def sending(rows: tuple[Row, ...]) -> Callable[[Scene], Script]:
    """Return the script that sends the cases of a table."""

    def script(scene: Scene) -> Script:
        yield from send_cases(scene, rows)

    return script
