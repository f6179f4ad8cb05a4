"""Cases: requests that differ from an ordinary one in one thing. Knows no judge and no table."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.exchange import Exchange, Request, Wire
from conformance.probe import Answer, Script, Step, Transcript, ask, recall, together
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
    within: str = ""
    """Label of the request that asks for this among other things; while that one is answered, this
    one need not be sent."""


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


def label_of(transcript: Transcript, case: Case) -> str:
    """Return the label under which a case was sent, alone or among others."""
    if case.within and transcript.get(case.label) is None and not transcript.cut:
        return case.within
    return case.label


def all_in_one(scene: Scene, rows: Iterable[Row], label: str, **more: Any) -> Case:
    """Return the case that asks at once for all that is within it; `more` replaces fields."""
    fields: dict[str, Any] = {}
    for case in asked_for(scene, rows):
        if case.within == label and isinstance(case.edit, Mapping):
            fields.update(case.edit)
    return Case(label, {**fields, **more})


def asked_for(scene: Scene, rows: Iterable[Row]) -> list[Case]:
    """Return the cases that the scope asks for."""
    gateway = scene.setting.scope == "gateway"
    return [case for row in rows for case in row.cases if gateway or not case.gateway]


def send_cases(
    scene: Scene, rows: Iterable[Row], ordinary: Mapping[str, Any] | None = None
) -> Sent:
    """Send every case that the scope asks for, some at a time; return the exchanges.

    What may be asked for at once is asked for alone only where that was not answered.
    """
    rows = tuple(rows)
    cases = asked_for(scene, rows)
    exchanges: list[Exchange] = []
    for label in dict.fromkeys(case.within for case in cases if case.within):
        whole = yield from ask(request_of(scene, all_in_one(scene, rows, label), ordinary))
        exchanges.append(whole)
        if whole.status is not None and 200 <= whole.status < 300:
            cases = [case for case in cases if case.within != label]
    exchanges += yield from send_each(scene, cases, ordinary)
    return tuple(exchanges)


def send_each(
    scene: Scene, cases: Sequence[Case], ordinary: Mapping[str, Any] | None = None
) -> Sent:
    """Send cases, some at a time; return the exchanges."""
    exchanges: list[Exchange] = []
    for first in range(0, len(cases), AT_ONCE):
        some = cases[first : first + AT_ONCE]
        exchanges += yield from together(request_of(scene, case, ordinary) for case in some)
    return tuple(exchanges)


def sending(rows: tuple[Row, ...]) -> Callable[[Scene], Script]:
    """Return the script that sends the cases of a table."""

    def script(scene: Scene) -> Script:
        yield from recall("baseline/plain")
        yield from send_cases(scene, rows)

    return script
