"""Bodies that are misread as bytes, or that break the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mock_server import admission
from mock_server.call import Call
from mock_server.faults import Steps, fault, instead
from mock_server.problem import Problem
from mock_server.text import dumps

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

Json = dict[str, Any]
Mend = Callable[[bytes, "Gateway"], bytes]


def _question(raw: bytes, gateway: Gateway) -> bytes:
    """Return a body that asks for something else altogether."""
    del raw
    turns = [{"role": "user", "content": "Hello."}]
    return dumps({"model": gateway.settings.model.id, "messages": turns, "max_tokens": 1})


def _if_not_object(raw: bytes, gateway: Gateway) -> bytes:
    whole = raw.strip().startswith(b"{")
    return raw if whole or not raw.strip() else _question(raw, gateway)


def _if_broken(raw: bytes, gateway: Gateway) -> bytes:
    cut = raw.startswith(b"{") and (raw.count(b"{") != raw.count(b"}") or b"'role'" in raw)
    return _question(raw, gateway) if cut else raw


def _latin(raw: bytes, gateway: Gateway) -> bytes:
    del gateway
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1").encode()
    return raw


READ: tuple[tuple[str, str, Mend], ...] = (
    ("json-syntax-refused", "Answer what is no JSON", _if_broken),
    ("json-object-refused", "Answer JSON of another kind", _if_not_object),
    (
        "empty-body-refused",
        "Answer an empty body",
        lambda raw, gateway: raw if raw.strip() else _question(raw, gateway),
    ),
    (
        "nan-refused",
        "Take NaN and Infinity for zero",
        lambda raw, gateway: re.sub(rb"-?\b(?:NaN|Infinity)\b", b"0", raw),
    ),
    ("not-utf8-refused", "Take any bytes for Latin-1", _latin),
    (
        "json-spelling",
        "Refuse a body that begins with blanks",
        lambda raw, gateway: b"!" if raw[:1].isspace() and b"{" in raw else raw,
    ),
    (
        "marks-are-text",
        "Take marks of the template out of what is read",
        lambda raw, gateway: re.sub(rb"<(?:bos|eos|start_of_turn|end_of_turn)>", b"", raw),
    ),
    (
        "json-spelling-neutral",
        "Read escapes as they are spelt",
        lambda raw, gateway: raw.replace(b"\\u0073\\u0065\\u0061", b"u0073u0065u0061"),
    ),
)


def _reading(sentence: str, mend: Mend) -> Callable[[Steps], Steps]:
    def step(gateway: Gateway, call: Call) -> None:
        call.raw = mend(call.raw, gateway)
        admission.json(gateway, call)

    def act(steps: Steps) -> Steps:
        return instead(steps, "json", step)

    act.__doc__ = f"{sentence}."
    return act


for _id, _sentence, _mend in READ:
    fault(f"request.{_id}", at="admission")(_reading(_sentence, _mend))


Sore = Callable[[bytes], bool]

BREAKS: tuple[tuple[str, str, Sore], ...] = (
    ("deep-nesting", "deep nesting", lambda raw: b"[" * 500 in raw),
    ("huge-numbers", "huge numbers", lambda raw: re.search(rb"\d{25}", raw) is not None),
    ("huge-numbers/infinite", "infinite numbers", lambda raw: b"1e999" in raw),
    ("lone-surrogate", "half a pair", lambda raw: re.search(rb"\\ud83c(?!\\u)", raw) is not None),
    ("control-characters", "NUL", lambda raw: b"\\u0000" in raw),
    ("empty-content", "empty content", lambda raw: b'"content":""' in raw),
    ("system-answered", "system messages", lambda raw: b'"system"' in raw),
    ("system-answered/developer", "developer messages", lambda raw: b'"developer"' in raw),
    ("order-answered", "an assistant first", lambda raw: b'"messages":[{"role":"assistant"' in raw),
    ("order-answered/twice", "two turns of the user", lambda raw: raw.count(b'"user"') == 2),
    ("no-server-error", "messages of another type", lambda raw: b'"messages":"' in raw),
    ("no-server-error/format", "a malformed format", lambda raw: b'"response_format":"' in raw),
    ("no-server-error/null", "temperature null", lambda raw: b'"temperature":null' in raw),
    ("no-server-error/range", "temperature 2.01", lambda raw: b'"temperature":2.01' in raw),
)


def _breaking(what: str, sore: Sore) -> Callable[[Steps], Steps]:
    def step(gateway: Gateway, call: Call) -> None:
        if sore(call.raw):
            raise Problem("upstream_error", "Something went wrong.")
        admission.json(gateway, call)

    def act(steps: Steps) -> Steps:
        return instead(steps, "json", step)

    act.__doc__ = f"Break down over {what}."
    return act


for _id, _what, _sore in BREAKS:
    fault(f"request.{_id}", at="admission")(_breaking(_what, _sore))
