"""Whether a prompt's count can be at all, told from the bytes that were sent."""

from __future__ import annotations

import re
from typing import Any

from conformance.catalogue import Statements, reads
from conformance.chapters.usage.counts import edit_usage, has_usage, said, usages
from conformance.reading import Reading
from conformance.verdict import Finding

TURN_ALLOWANCE = 32
"""Template tokens a turn may add; no template in use adds more."""
PREAMBLE = 128
"""Tokens of a default system prompt that some templates put in front."""


def _tripled(usage: dict[str, Any]) -> None:
    """The prompt's count is of another order of magnitude."""
    usage["prompt_tokens"] = usage["prompt_tokens"] * 40 + 500
    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]


def _plain_text(reading: Reading) -> bool:
    """A conversation of texts alone: an image or a sound costs tokens that no byte shows."""
    messages = reading.asked("messages")
    if not (has_usage(reading) and isinstance(messages, list)):
        return False
    contents = [message.get("content") for message in messages if isinstance(message, dict)]
    parts = [part for content in contents if isinstance(content, list) for part in content]
    return all(isinstance(part, dict) and part.get("type") == "text" for part in parts)


@reads("usage.prompt-plausible", where=_plain_text, forgery=edit_usage(_tripled))
def prompt_plausible(reading: Reading) -> Statements:
    """There are no more prompt tokens than bytes sent and a template, nor absurdly few."""
    messages = reading.asked("messages")
    text = said(reading)
    size = _bytes(text)
    most = size + TURN_ALLOWANCE * len(messages) + PREAMBLE
    least = _bytes(_RUN.sub("", text)) // 64
    for usage, where in usages(reading):
        if usage.prompt is not None and not least <= usage.prompt <= most:
            yield Finding(
                where,
                f"between {least} and {most} prompt_tokens for {size} bytes",
                str(usage.prompt),
                reading.id,
            )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


_RUN = re.compile(r"(.)\1{7,}", re.DOTALL)
"""A character many times over, for which tokenizers may have one token."""
