"""Lies about the counts of requests at the same time."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mock_server.call import Call
from mock_server.faults.usage.counts import lie
from mock_server.kept import Kept

Json = dict[str, Any]
_SEEN: Kept[Counter[str]] = Kept(Counter)
"""Prompts, and how often each was asked."""


@lie("usage.overlap")
def mixes_up(usage: Json, call: Call) -> None:
    """Bill every second request of a prompt for another of the same moment."""
    seen, asked = _SEEN.at(call), str(call.body.get("messages"))
    seen[asked] += 1
    usage["prompt_tokens"] += 30 * (seen[asked] % 2 == 0)
