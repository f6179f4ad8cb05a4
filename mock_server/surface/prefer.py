"""Prefer: which of the answers that a document describes a client asks for (RFC 7240)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mock_server.problem import Problem

_PART = re.compile(r'\s*([A-Za-z0-9._-]+)\s*(?:=\s*(?:"([^"]*)"|([^",;\s]*)))?\s*(?:[,;]|$)')
_STATUS = re.compile(r"[1-5][0-9]{2}")


@dataclass(frozen=True, slots=True)
class Preference:
    """What a `Prefer` header says; preferences of others are left alone."""

    code: int | None = None
    example: str | None = None
    dynamic: bool = False
    """Make an answer from the schema even where there are examples."""

    @property
    def applied(self) -> str:
        """The value of `Preference-Applied`; empty where nothing was asked for."""
        parts = [f"code={self.code}"] * (self.code is not None)
        parts += [f"example={self.example}"] * (self.example is not None)
        return ", ".join([*parts, *["dynamic=true"] * self.dynamic])


def preference(header: str | None) -> Preference:
    """Read a header; raises Problem (400) for a code that is no status."""
    said: dict[str, str] = {}
    for found in _PART.finditer(header or ""):
        said.setdefault(found[1].lower(), found[2] if found[2] is not None else found[3] or "")
    code = said.get("code")
    if code is not None and not _STATUS.fullmatch(code):
        raise Problem(
            "invalid_value",
            f"'Prefer' asks for the code {code[:20]!r}, which is no HTTP status. Send one such as "
            "'code=404'.",
            "Prefer",
        )
    return Preference(
        code=int(code) if code is not None else None,
        example=said.get("example"),
        dynamic=said.get("dynamic", "false").lower() == "true",
    )
