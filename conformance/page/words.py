"""Words: how pages and summaries name and mark a verdict."""

from __future__ import annotations

GLYPHS = {
    "FAIL": "✕",
    "UNTESTABLE": "⊘",
    "WARN": "!",
    "INCONCLUSIVE": "?",
    "NOT_APPLICABLE": "–",
    "PASS": "✓",
}
"""In the order of how much they deserve to be read."""

NAMES = {
    "FAIL": "fail",
    "UNTESTABLE": "untestable",
    "WARN": "warn",
    "INCONCLUSIVE": "inconclusive",
    "NOT_APPLICABLE": "not applicable",
    "PASS": "pass",
}

CLASSES = {
    "effective": "effective",
    "accepted and ignored": "ignored",
    "properly rejected": "rejected",
    "absent": "absent",
    "undecided": "undecided",
}
"""Class of a capability → its name in the style sheet, in the order shown."""

SCOPES = {
    "any": "any OpenAI-compatible endpoint",
    "gateway": "the gateway the contract describes",
}


def chapter_of(identity: str) -> str:
    """Return the chapter of a requirement id."""
    return identity.partition(".")[0]


def milliseconds(seconds: float | None) -> str:
    """Return a time in milliseconds, or a dash when it is not known."""
    return "–" if seconds is None else f"{seconds * 1000:,.1f} ms"
