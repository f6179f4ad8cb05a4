"""What a body turned out to be, whatever its header says. Knows nothing of what it should be."""

from __future__ import annotations

from enum import StrEnum

_FIELDS = (b"data", b"event", b"id", b"retry", b"")


class Interpretation(StrEnum):
    """Kinds of body."""

    EMPTY = "empty"
    JSON = "json"
    """JSON, or what begins as if it were."""
    SSE = "sse"
    HTML = "html"
    TEXT = "text"
    BINARY = "binary"


def of_body(content: bytes, is_json: bool, media_type: str) -> Interpretation:
    """Tell what a body is; `is_json` when it has been read as JSON."""
    beginning = content[:4096].lstrip()
    if not content.strip():
        return Interpretation.EMPTY
    if looks_like_sse(content):
        return Interpretation.SSE
    if is_json or beginning.startswith((b"{", b"[")):
        return Interpretation.JSON
    if not _is_text(content):
        return Interpretation.BINARY
    return Interpretation.HTML if looks_like_html(content, media_type) else Interpretation.TEXT


def looks_like_sse(content: bytes) -> bool:
    """Whether the first line is one that an event stream may begin with."""
    beginning = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    line = beginning.splitlines()[0] if beginning else b""
    name, colon, _ = line.partition(b":")
    return bool(colon) and name in _FIELDS


def looks_like_html(content: bytes, media_type: str) -> bool:
    """Whether it is a page, by its media type or by how it begins."""
    beginning = content[:4096].lstrip().lower()
    return "html" in media_type or beginning.startswith((b"<!doctype", b"<html", b"<head"))


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
