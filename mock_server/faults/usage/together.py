"""Lies about counts that tell only beside those of other answers."""

from __future__ import annotations

from typing import Any

from mock_server.call import Call
from mock_server.faults.usage.counts import lie
from mock_server.kept import EveryOther

Json = dict[str, Any]
_PROMPTS = EveryOther()


@lie("usage.overlap")
def mixes_up(usage: Json, call: Call) -> None:
    """Bill every second request of a prompt for another of the same moment."""
    usage["prompt_tokens"] += 30 * _PROMPTS.strikes(call, str(call.body.get("messages")))


_DETAILS = EveryOther()


@lie("usage.details-stable")
def now_and_then(usage: Json, call: Call) -> None:
    """Tell of cached tokens in every second answer."""
    if _DETAILS.strikes(call, call.streams):
        usage["prompt_tokens_details"] = {"cached_tokens": 0}
