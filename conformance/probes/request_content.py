"""Content in parts, and the order of turns. Judge nothing."""

from __future__ import annotations

from typing import Any

from conformance.answering import CONTROL
from conformance.probe import Probe, Script, ask, read, recall, together
from conformance.probes.request_cases import (
    Case,
    Row,
    asked_for,
    request_of,
    send_cases,
    send_each,
)
from conformance.probes.request_features import UNSUPPORTED
from conformance.probes.request_malformed import MISSING, VALUE
from conformance.probes.request_roles import said
from conformance.reading import Reading
from conformance.scene import Message, Scene
from conformance.settling import settle

RIVER, MOUNTAIN, PLANET = "Name a river. ", "Name a mountain.", "Name a planet. "
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CAP: dict[str, Any] = {"max_tokens": 32}
"""Room for what a model may say first, so that what differs is within the answer."""


def _parts(*parts: str | dict[str, Any]) -> dict[str, Any]:
    content = [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]
    return {"messages": [{"role": "user", "content": content}]}


SEVERAL_PARTS = Case("parts", _parts(RIVER, MOUNTAIN))
PARTS = (
    Row(
        "request.parts-accepted",
        "content may be an array of text parts",
        (
            SEVERAL_PARTS,
            Case("part", _parts(RIVER + MOUNTAIN), within=SEVERAL_PARTS.label),
            Case("parts-streamed", {**_parts(RIVER, MOUNTAIN), "stream": True}, gateway=True),
        ),
    ),
)
CHANGED_PARTS = (
    Case("parts-other-first", _parts(PLANET, MOUNTAIN)),
    Case("parts-other-last", _parts(RIVER, PLANET)),
)
ODD_PARTS = (
    Row(
        "request.part-unknown-refused",
        "the kind of part is unknown",
        (
            Case(
                "part-unknown",
                _parts(RIVER, {"type": "thing", "thing": "x"}),
                "messages[0].content[1].type",
            ),
            Case(
                "part-audio",
                _parts(
                    RIVER, {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
                ),
                "messages[0].content[1].type",
                gateway=True,
            ),
        ),
        UNSUPPORTED,
    ),
    Row(
        "request.part-without-text-refused",
        "a text part has no text",
        (
            Case(
                "part-without-text", _parts(RIVER, {"type": "text"}), "messages[0].content[1].text"
            ),
        ),
        MISSING,
    ),
    Row(
        "request.empty-parts-refused",
        "the array of parts is empty",
        (Case("parts-empty", _parts(), "messages[0].content", gateway=True),),
        VALUE,
    ),
    Row(
        "request.image-refused",
        "this model sees no images",
        (
            Case(
                "image-streamed",
                {
                    **_parts(RIVER, {"type": "image_url", "image_url": {"url": PIXEL}}),
                    "stream": True,
                },
                "messages[0].content[1].type",
                gateway=True,
            ),
        ),
        UNSUPPORTED,
    ),
)
IMAGE = Case("image", _parts(RIVER + MOUNTAIN, {"type": "image_url", "image_url": {"url": PIXEL}}))


SAME_PARTS = (("part", CONTROL), ("parts", CONTROL))
"""Pairs of requests that mean the same."""


def _content(scene: Scene) -> Script:
    ordinary = {**CAP, "messages": [said("user", RIVER + MOUNTAIN)]}
    control = yield from ask(request_of(scene, Case(CONTROL, {}), ordinary))
    parts = yield from ask(request_of(scene, SEVERAL_PARTS, ordinary))
    cases = [case for case in asked_for(scene, PARTS + ODD_PARTS) if case is not SEVERAL_PARTS]
    readings = [Reading(each, scene.setting) for each in (control, parts)]
    if all(each.ok for each in readings) and readings[0].text_of() == readings[1].text_of():
        # Two parts that are read as one text say what a single part would.
        cases = [case for case in cases if not case.within]
    others = yield from send_each(scene, cases, ordinary)
    yield from together(request_of(scene, case, ordinary) for case in (*CHANGED_PARTS, IMAGE))
    yield from settle(scene, (control, parts, *others), SAME_PARTS)


CONTENT = Probe("request-content", _content)

LIMA, OSLO, CITY = "I live in Lima.", "I live in Oslo.", "Repeat my city."
BRIEF = "Answer in capital letters only."


def _order(*turns: Message) -> dict[str, Any]:
    return {"messages": list(turns), **CAP}


def user(text: str) -> Message:
    """Return a user turn."""
    return said("user", text)


def assistant(text: str) -> Message:
    """Return an assistant turn."""
    return said("assistant", text)


ORDER = (
    Row(
        "request.unknown-role-refused",
        "the role is unknown",
        (Case("role-unknown", _order(said("usr", CITY)), "messages[0].role"),),
        UNSUPPORTED,
    ),
    Row(
        "request.tool-role-refused",
        "this model calls no tools",
        (
            Case(
                "role-tool",
                _order(
                    user(CITY),
                    {"role": "tool", "tool_call_id": "call_1", "content": "Lima"},
                    user(CITY),
                ),
                "messages[1].role",
                gateway=True,
            ),
        ),
        UNSUPPORTED,
    ),
    Row(
        "request.assistant-first-refused",
        "the conversation begins with the assistant",
        (Case("assistant-first", _order(assistant("Hello."), user(CITY)), "messages"),),
        VALUE,
    ),
    Row(
        "request.assistant-last-refused",
        "the conversation ends with the assistant",
        (Case("assistant-last", _order(user(CITY), assistant("You live in")), "messages"),),
        VALUE,
    ),
    Row(
        "request.no-user-refused",
        "the conversation has no user turn",
        (Case("system-only", _order(said("system", BRIEF)), "messages"),),
        VALUE,
    ),
)
TURNS = (
    Row(
        "request.same-role-merged",
        "consecutive turns of one role are merged",
        (
            Case("users", _order(user(LIMA), user(CITY))),
            Case(
                "assistants",
                _order(user(LIMA), assistant("So."), assistant("Go on."), user(CITY)),
                gateway=True,
            ),
        ),
    ),
    Row(
        "request.late-system",
        "a later system text is folded into the next user turn",
        (
            Case(
                "late",
                _order(user(LIMA), assistant("So."), said("system", BRIEF), user(CITY)),
                gateway=True,
            ),
        ),
    ),
)
FOLDED = (
    Case("users-other-first", _order(user(OSLO), user(CITY))),
    Case("users-folded", _order(user(f"{LIMA}\n\n{CITY}")), gateway=True),
    Case(
        "late-folded",
        _order(user(LIMA), assistant("So."), user(f"{BRIEF}\n\n{CITY}")),
        gateway=True,
    ),
    Case(
        "instructed",
        _order(said("system", LIMA), said("developer", BRIEF), user(CITY)),
        gateway=True,
    ),
    Case("instructed-folded", _order(user(f"{LIMA}\n\n{BRIEF}\n\n{CITY}")), gateway=True),
)


SAME_TURNS = (
    ("users", "users-folded"),
    ("late", "late-folded"),
    ("instructed", "instructed-folded"),
)
"""Pairs of requests that mean the same."""


def _turns(scene: Scene) -> Script:
    yield from recall("baseline/plain")
    exchanges = yield from send_cases(scene, (*ORDER, *TURNS, Row("", "", FOLDED)), CAP)
    yield from settle(scene, exchanges, SAME_TURNS)
    first = yield from read(scene.chat("first", LIMA, temperature=0, **CAP), scene)
    message = first.json.at("choices", 0, "message")
    if isinstance(message, dict):
        conversation = [user(LIMA), message, user(CITY)]
        yield from ask(scene.chat("second", conversation, temperature=0, **CAP))


CONVERSATIONS = Probe("request-turns", _turns)
