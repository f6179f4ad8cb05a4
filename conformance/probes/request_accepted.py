"""Requests that are spelt oddly and mean the ordinary thing. Judge nothing."""

from __future__ import annotations

import json
import re

from conformance.answering import CONTROL
from conformance.probe import Probe, Script, ask, recall
from conformance.probes.request_cases import (
    Case,
    Row,
    all_in_one,
    asked_for,
    request_of,
    send_cases,
    send_each,
)
from conformance.reading import Reading
from conformance.scene import Message, Scene
from conformance.settling import settle

SEA = "Tell me something about the sea."
ORDINARY = {"messages": [{"role": "user", "content": SEA}], "max_tokens": 12}

FOREIGN = " 東京都千代田区"
"""A word beyond ASCII, of two tokens or more in every tokenizer we know."""
FOREIGN_TIMES = 10
SCRIPTS = (
    "漢字 שלום عربي नमस्ते e\u0301 \U0001f469\u200d\U0001f680 \U0010fffd \u2028"
    + FOREIGN * FOREIGN_TIMES
)
"""Scripts, combining marks, a joined emoji, a private character, a line separator; many letters."""

NULLABLE = (
    "top_p", "n", "stop", "stream", "seed", "presence_penalty", "frequency_penalty",
    "logprobs", "top_logprobs", "logit_bias", "stream_options",
)  # fmt: skip
IN_STREAMS = ("temperature", "max_tokens", "max_completion_tokens", "user", "metadata", "store",
              "stream_options")  # fmt: skip
"""What else may be null; asked for where a stream is."""

EVERYTHING = "everything"
"""Label of the request that is unusual in every way at once that changes nothing."""
SPELLED = "spelled"
"""Label of the request that is spelt oddly in every way at once."""


def pretty(body: bytes) -> bytes:
    """Return a body with blanks and line ends between everything, and its members reversed."""
    fields = dict(reversed(json.loads(body).items()))
    fields["messages"] = [dict(reversed(turn.items())) for turn in fields["messages"]]
    text = json.dumps(fields, ensure_ascii=False, indent="\t", separators=(" ,", " : "))
    return f" \r\n{text}\n\n".encode()


def escaped(body: bytes) -> bytes:
    """Return a body whose every character within strings is an escape, names too."""

    def spelled(found: re.Match[str]) -> str:
        units = json.loads(found[0]).encode("utf-16-be")
        pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
        return '"' + "".join(f"\\u{pair}" for pair in pairs) + '"'

    return re.sub(r'"(?:[^"\\]|\\.)*"', spelled, body.decode()).encode()


def _asking(body: bytes, text: str) -> bytes:
    fields = json.loads(body)
    fields["messages"] = [{"role": "user", "content": text}]
    return json.dumps(fields).encode()


def _said(text: str) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}]}


def _named(**more: object) -> list[Message]:
    return [{"role": "user", "content": SEA, **more}]


ACCEPTED = (
    Row(
        "request.null-optional",
        "null in an optional field is as if it were absent",
        (
            Case("nulls", dict.fromkeys(NULLABLE), within=EVERYTHING),
            Case("nulls-streamed", {**dict.fromkeys(IN_STREAMS), "stream": True}),
        ),
    ),
    Row(
        "request.null-tools",
        "null asks for no tool and no format",
        (
            Case(
                "null-tools",
                dict.fromkeys(("tools", "tool_choice", "response_format")),
                within=EVERYTHING,
            ),
            Case("null-extras", dict.fromkeys(("top_k", "lora")), gateway=True, within=EVERYTHING),
        ),
    ),
    Row(
        "request.unknown-field",
        "fields that a server does not know are ignored",
        (
            Case(
                "unknown",
                {"x_unknown": 1, "vendor_options": {"depth": [1, None]}},
                within=EVERYTHING,
            ),
            Case("unknown-streamed", {"x_unknown": None, "stream": True}, gateway=True),
        ),
    ),
    Row(
        "request.unknown-nested",
        "members that a server does not know are ignored",
        (Case("unknown-in-message", {"messages": _named(x_unknown=1)}, within=EVERYTHING),),
    ),
    Row(
        "request.bookkeeping-accepted",
        "`user`, `metadata` and `store` are for the books",
        (
            Case(
                "bookkeeping",
                {"user": "u-1", "metadata": {"run": "7"}, "store": False},
                within=EVERYTHING,
            ),
        ),
    ),
    Row(
        "request.message-name",
        "a message may have a `name`",
        (Case("named", {"messages": _named(name="alice")}, within=EVERYTHING),),
    ),
    Row(
        "request.json-spelling",
        "JSON may be spelt with any blanks, order and escapes",
        (
            Case("spelled-pretty", pretty, within=SPELLED),
            Case("spelled-escaped", escaped, within=SPELLED),
        ),
    ),
    Row(
        "request.unicode",
        "text may be any Unicode",
        (
            Case("unicode-whole", _said(SCRIPTS)),
            Case("unicode-escaped", lambda body: escaped(_asking(body, SCRIPTS))),
        ),
    ),
)

HOSTILE = (
    Row(
        "request.deep-nesting",
        "deep nesting",
        (Case("deep", lambda body: body[:-1] + b',"x_deep":' + b"[" * 6000 + b"]" * 6000 + b"}"),),
    ),
    Row(
        "request.huge-numbers",
        "a number beyond 64 bits",
        (
            Case("huge-seed", {"seed": 10**30}),
            Case("huge-cap", {"max_tokens": 10**30}, gateway=True),
            Case("huge-temperature", lambda body: body.replace(b'ature":0', b'ature":1e999')),
        ),
    ),
    Row(
        "request.lone-surrogate",
        "half a surrogate pair",
        (Case("surrogate", lambda body: body.replace(b"the sea", b"the \\ud83c sea")),),
    ),
    Row(
        "request.empty-content",
        "an empty question",
        (Case("content-empty", {"messages": [{"role": "user", "content": ""}]}),),
    ),
    Row(
        "request.control-characters",
        "control characters",
        (
            Case(
                "controls", {"messages": [{"role": "user", "content": "Say\0 \x07\x1b[31mok\x7f."}]}
            ),
        ),
    ),
)

SAME_AS_ORDINARY = (
    EVERYTHING,
    SPELLED,
    "nulls",
    "unknown",
    "unknown-in-message",
    "bookkeeping",
    "spelled-pretty",
    "spelled-escaped",
)
SAME = (*((label, CONTROL) for label in SAME_AS_ORDINARY), ("unicode-escaped", "unicode-whole"))
"""Pairs of requests that mean the same."""


def _taken(scene: Scene) -> Script:
    both = _named(x_unknown=1, name="alice")
    whole = all_in_one(scene, ACCEPTED, EVERYTHING, messages=both)
    spelled = Case(SPELLED, lambda body: escaped(pretty(body)))
    control = yield from ask(request_of(scene, Case(CONTROL, {}), ORDINARY))
    ordinary = Reading(control, scene.setting)
    asked, cases = [control], asked_for(scene, ACCEPTED)
    for odd in (whole, spelled):
        exchange = yield from ask(request_of(scene, odd, ORDINARY))
        asked.append(exchange)
        reading = Reading(exchange, scene.setting)
        if ordinary.ok and reading.ok and reading.text_of() == ordinary.text_of():
            cases = [case for case in cases if case.within != odd.label]
    others = yield from send_each(scene, cases, ORDINARY)
    yield from settle(scene, (*asked, *others), SAME)


TAKEN = Probe("request-accepted", _taken)
AFTER = "after"
"""Label of the ordinary request that follows the hostile ones."""


def _provoked(scene: Scene) -> Script:
    yield from recall("baseline/plain")
    yield from send_cases(scene, HOSTILE, ORDINARY)
    yield from ask(request_of(scene, Case(AFTER, {}), ORDINARY))


PROVOKED = Probe("request-hostile", _provoked)
