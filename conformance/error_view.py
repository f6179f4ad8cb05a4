"""An error answer as found: which envelope it came in, and its parts, raw.

Knows nothing of statuses that go with which error, nor which envelope is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.interpretation import looks_like_html
from conformance.json_view import ABSENT, dig, string


class Envelope(StrEnum):
    """Shapes in which servers put errors."""

    OPENAI = "openai"
    """`{"error": {...}}`."""
    STRING = "string"
    """`{"error": "text"}`."""
    FLAT = "flat"
    """`{"object": "error", "message": ...}` or another object with a message at the top."""
    DETAIL = "detail"
    """`{"detail": ...}`, also problem details."""
    VENDOR = "vendor"
    """Another JSON document."""
    HTML = "html"
    TEXT = "text"
    EMPTY = "empty"
    NONE = "none"
    """No error at all."""


@dataclass(frozen=True, slots=True)
class Error:
    """An error; each part as it came, or ABSENT where its key is not there."""

    kind: Envelope = Envelope.NONE
    message: Any = ABSENT
    type: Any = ABSENT
    code: Any = ABSENT
    param: Any = ABSENT
    raw: Any = ABSENT
    """The object that holds the parts."""
    event: int | None = None
    """Index of the event it came in, for a stream."""

    def __bool__(self) -> bool:
        return self.kind is not Envelope.NONE

    @property
    def text(self) -> str:
        """The message when it is a string, otherwise empty."""
        return string(self.message) or ""


NONE = Error()


def of_document(value: object, failed: bool, event: int | None = None) -> Error:
    """The error that a JSON document reports; `failed` when the status says it is one."""
    if isinstance(value, dict):
        found = _of_object(value)
        if found is not None:
            return _parts(found[0], found[1], event)
    if not failed:
        return NONE
    if isinstance(value, str):
        return Error(Envelope.TEXT, message=value, raw=value, event=event)
    return Error(Envelope.VENDOR, raw=value, event=event)


def of_text(text: str, media_type: str) -> Error:
    """The error that a body which is not JSON reports, its status being one of failure."""
    stripped = text.strip()
    if not stripped:
        return Error(Envelope.EMPTY)
    if looks_like_html(stripped[:20].encode(errors="replace"), media_type):
        return Error(Envelope.HTML, raw=text)
    return Error(Envelope.TEXT, message=text, raw=text)


def _of_object(value: dict[str, Any]) -> tuple[Envelope, Any] | None:
    inner = value.get("error")
    if isinstance(inner, dict):
        return Envelope.OPENAI, inner
    if isinstance(inner, str) and (inner or "choices" not in value):
        return Envelope.STRING, inner
    if inner:
        return Envelope.VENDOR, value
    if "choices" in value or "data" in value:
        return None
    if value.get("object") == "error" or (
        isinstance(value.get("message"), str) and "role" not in value and "content" not in value
    ):
        return Envelope.FLAT, value
    if "detail" in value:
        return Envelope.DETAIL, value
    if value.get("errors") or value.get("success") is False:
        return Envelope.VENDOR, value
    return None


def _parts(kind: Envelope, raw: Any, event: int | None) -> Error:
    if kind is Envelope.STRING:
        return Error(kind, message=raw, raw=raw, event=event)
    if kind is Envelope.DETAIL:
        message = dig(raw, "detail")
    elif kind is Envelope.VENDOR:
        message = dig(raw, "errors", 0, "message")
    else:
        message = dig(raw, "message")
    return Error(kind, message, dig(raw, "type"), dig(raw, "code"), dig(raw, "param"), raw, event)
