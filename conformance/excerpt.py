"""Strangers' text made safe to print: visible, on one line, bounded. Knows nothing of terminals."""

from __future__ import annotations

import json
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, most: int = 200) -> str:
    """Escape what a reader cannot see or a terminal would obey; cut after `most` characters."""
    shown = "".join(_shown(character) for character in text[:most])
    hidden = len(text) - most
    return f"{shown}… ({hidden} more)" if hidden > 0 else shown


def visible_bytes(data: bytes, most: int = 200) -> str:
    r"""The same for bytes; what is not UTF-8 is shown as `\xNN`."""
    # Four bytes at most make a character, so this cut never costs one that would be shown.
    return visible(data[: 4 * most + 4].decode(errors="backslashreplace"), most) + (
        f" ({len(data)} bytes in all)" if len(data) > 4 * most + 4 else ""
    )


def visible_value(value: object, most: int = 200) -> str:
    """A JSON value as JSON, made visible; anything else by the name of its type."""
    try:
        return visible(json.dumps(_pruned(value, most), ensure_ascii=False), most)
    except (TypeError, ValueError, RecursionError):
        return f"<{type(value).__name__}>"


def _pruned(value: object, most: int) -> object:
    match value:
        case str():
            return value[: most + 1]
        case list():
            return [_pruned(item, most) for item in value[: most + 1]]
        case dict():
            first = list(value.items())[: most + 1]
            return {str(key)[: most + 1]: _pruned(item, most) for key, item in first}
        case _:
            return value


def _shown(character: str) -> str:
    if character == " " or not (
        unicodedata.category(character) in _HIDDEN or unicodedata.category(character) == "Zs"
    ):
        return character
    code = ord(character)
    simple = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    if simple:
        return simple
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
