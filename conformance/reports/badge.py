"""Badge: the verdict, its date and the day it expires, as a small SVG. Runs and loads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from conformance.outcome import outcome
from conformance.showing import one_line

VALID_DAYS = 90
"""A verdict on a gateway that is changed every week says little after a quarter."""

_COLOURS = {"good": "#2f7d4f", "bad": "#b93a32", "open": "#6a58a8"}
_LABEL = "conformance"
_WIDE = 7.0
"""Pixels a character takes at most, at the size drawn."""


def render(document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Return the SVG; its `data-expires` is for whoever checks badges by machine."""
    said = outcome(document)
    began = document["run"]["started"][:10]
    expires = _expiry(began)
    counts = document["summary"]
    kept = counts["verdicts"]["PASS"] + counts["verdicts"]["WARN"]
    words = f"{said.title.lower()} · {kept}/{counts['judged']} · {began} to {expires}"
    left, right = round(len(_LABEL) * _WIDE + 14), round(len(words) * _WIDE + 14)
    whole = left + right
    text = escape(words)
    title = escape(one_line(f"{document['run']['model']}: {said.sentence}", 300))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="22" role="img" '
        f'aria-label="{_LABEL}: {text}" data-expires="{expires}">\n'
        f"<title>{title}</title>\n"
        f'<clipPath id="round"><rect width="{whole}" height="22" rx="4"/></clipPath>\n'
        f'<g clip-path="url(#round)"><rect width="{left}" height="22" fill="#4a4640"/>'
        f'<rect x="{left}" width="{right}" height="22" fill="{_COLOURS[said.tone]}"/></g>\n'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" '
        'text-anchor="middle">'
        f'<text x="{left / 2:g}" y="15">{_LABEL}</text>'
        f'<text x="{left + right / 2:g}" y="15">{text}</text></g>\n</svg>\n'
    )


def _expiry(began: str) -> str:
    try:
        return (date.fromisoformat(began) + timedelta(days=VALID_DAYS)).isoformat()
    except (ValueError, OverflowError):
        return "unknown"
