"""Owed: what the contract owes a chat request: a refusal, and which, or an answer. Sends nothing.

A pure function of the request and the setting, so that a case, its shrunk form and their replay are
weighed alike. What the contract leaves open is said to be open, and never judged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.exchange import Request, Setting
from conformance.fuzz import envelope
from conformance.fuzz.features import feature
from conformance.fuzz.flaws import Flaw, flaws, written
from conformance.fuzz.meanings import of_model, of_turns, of_window
from conformance.fuzz.texts import CONTROL
from conformance.fuzz.violations import BODY, MEDIA, Fault, of_flaw
from conformance.json_view import Json, read
from conformance.scene import CHAT
from openapi import Contract

ROOMY = 4
"""A prompt of fewer bytes than a window has tokens, divided by this, fits for certain."""
BEYOND_FLOATS = 10**300
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Owed:
    """What a request is owed."""

    faults: tuple[Fault, ...] = ()
    """What is wrong with it, the most telling first; it is to be refused for each."""
    open: str = ""
    """Why nobody can say whether it is to be answered; empty when it is."""
    because: str = ""
    """The requirement that wants it taken, where a single thing sets it apart from others."""

    @property
    def answer(self) -> bool:
        """Whether it is to be answered."""
        return not self.faults and not self.open


def no_worse(smaller: Owed, before: Owed) -> bool:
    """Tell whether a request that was shrunk has no flaw that it did not have before.

    A lenient target takes one flaw after another, and nobody could tell in the end which counts.
    """
    flaws = {fault.requirement for fault in smaller.faults}
    grown = flaws - {fault.requirement for fault in before.faults}
    return not grown and (not smaller.open or bool(before.open))


def owed(request: Request, setting: Setting, law: Contract) -> Owed:
    """Weigh one request."""
    return _owed(request, setting.model, setting.adapters, setting.context_window, law)


@functools.lru_cache(maxsize=16)
def _owed(
    request: Request, model: str, adapters: tuple[str, ...], window: int | None, law: Contract
) -> Owed:
    setting = Setting(model=model, adapters=adapters, context_window=window)
    if request.method != "POST" or request.path != CHAT or request.at_root:
        return Owed(open="it is no chat request")
    if request.authorization != "Bearer {valid}":
        return Owed(open="its key decides")
    dress = envelope.meaning(request)
    if dress == envelope.OPEN:
        return Owed(open="its headers or framing decide")
    if dress in MEDIA:
        return Owed((MEDIA[dress],))
    data = request.body or b""
    if len(data) > 500_000:
        return Owed(open="its size decides")
    debt = _of_body(data, setting, law)
    if not debt.answer:
        return debt
    return replace(debt, because=feature(read(data.decode()).value, data, dress))


def _of_body(data: bytes, setting: Setting, law: Contract) -> Owed:
    if not data.strip(b" \t\r\n"):
        return Owed((BODY["empty"],))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Owed((BODY["not-utf8"],), open="another encoding may be guessed")
    if "\0" in text or text.startswith("\ufeff"):
        return Owed(open="another encoding may be guessed")
    document = read(text)
    if document.constants:
        return Owed((BODY["constant"],))
    if not document.ok:
        deep = "nested" in document.problem or "could not" in document.problem
        return Owed(open="it is nested deeply") if deep else Owed((BODY["syntax"],))
    if not isinstance(document.value, dict):
        kind = "object" if isinstance(document.value, (list, str)) else "scalar"
        return Owed((BODY[kind],))
    doubt = _doubt(data, document, setting)
    if doubt == _TWICE:
        return Owed(open=doubt)
    faults, unnamed = _of_fields(document.value, law)
    if not faults and not unnamed:
        faults = [*of_model(document.value, setting), *of_window(document.value, setting)]
        if faults:
            return Owed(tuple(faults[:1]), "" if doubt == _WINDOW else doubt)
    return Owed(tuple(faults), doubt or ("no requirement speaks of its flaw" if unnamed else ""))


_TWICE = "a member stands twice in it"
_WINDOW = "the window decides"


def _doubt(data: bytes, document: Json, setting: Setting) -> str:
    body = document.value
    if document.duplicate_keys:
        return _TWICE
    if document.lone_surrogates or _HALF.search(data):
        return "it may hold half a surrogate pair"
    if "\\u0000" in data.decode().lower() or any(mark in data.decode() for mark in CONTROL):
        return "it holds control characters or special tokens"
    if document.long_numbers or b"1e999" in data:
        return "a number in it is beyond 64 bits"
    if not str(body.get("model")).strip():
        return "its model decides"
    if body.get("lora") is not None:
        return "its adapter decides"
    window = setting.context_window
    if len(data) > (2048 if window is None else window) // ROOMY + 200:
        return _WINDOW
    return _odd(body)


def _odd(value: Any) -> str:
    """Name what even a careful reader may take in either way."""
    match value:
        case int() if abs(value) > BEYOND_FLOATS:
            return "a number in it is beyond what floats hold"
        case float() if value.is_integer() and abs(value) > 2:
            return "a whole number is spelt as a fraction"
        case list():
            return next((said for item in value if (said := _odd(item))), "")
        case dict():
            if value.get("role") in ("user", "system", "developer", "assistant"):
                content = value.get("content")
                parts = _texts(content) if isinstance(content, list) else (content,)
                if not any(isinstance(text, str) and text.strip() for text in parts):
                    return "a turn is empty"
            return next((said for item in value.values() if (said := _odd(item))), "")
    return ""


def _texts(parts: list[Any]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]


def _of_fields(body: dict[str, Any], law: Contract) -> tuple[list[Fault], bool]:
    """Return the faults of a body, and whether it has flaws that no requirement names."""
    found = sorted(flaws(body, law.schema("ChatRequest"), law), key=_rank)
    if not found:
        return list(of_turns(body)), False
    named = [of_flaw(flaw, body) for flaw in found]
    return [fault for fault in named if fault is not None], None in named


def _rank(flaw: Flaw) -> tuple[int, str]:
    order = {"required": 0, "type": 1}.get(flaw.keyword, 2)
    return order, written(flaw.path)
