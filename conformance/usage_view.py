"""A usage object as found. Knows nothing of what the numbers should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.json_view import ABSENT, dig, integer


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one answer. A count that is no JSON integer is None here."""

    raw: dict[str, Any]
    event: int | None = None
    """Index of the event it came in, for a stream."""

    @property
    def prompt(self) -> int | None:
        """`prompt_tokens`."""
        return integer(self.raw.get("prompt_tokens"))

    @property
    def completion(self) -> int | None:
        """`completion_tokens`."""
        return integer(self.raw.get("completion_tokens"))

    @property
    def total(self) -> int | None:
        """`total_tokens`."""
        return integer(self.raw.get("total_tokens"))

    @property
    def counts(self) -> tuple[int, int, int] | None:
        """Prompt, completion and total, when all three are integers."""
        prompt, completion, total = self.prompt, self.completion, self.total
        if prompt is None or completion is None or total is None:
            return None
        return prompt, completion, total

    @property
    def adds_up(self) -> bool:
        """Whether all three are integers, none negative, and the total is the sum of the others."""
        counts = self.counts
        return counts is not None and min(counts) >= 0 and counts[0] + counts[1] == counts[2]

    @property
    def cost(self) -> Any:
        """`cost` as it came, or ABSENT."""
        return self.raw.get("cost", ABSENT)

    def at(self, *path: str | int) -> Any:
        """The value under keys and indexes, or ABSENT."""
        return dig(self.raw, *path)
