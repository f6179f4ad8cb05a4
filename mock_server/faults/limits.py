"""Lies about how much and how fast."""

from __future__ import annotations

from dataclasses import replace

from mock_server.call import Call
from mock_server.faults import fault, headers
from mock_server.message import Reply
from mock_server.quota import SECOND, Allowance


@fault("limits.retry-after", at="reply")
def says_not_when(reply: Reply, call: Call) -> Reply:
    """Refuse with 429 and no Retry-After."""
    del call
    return headers(reply, {"retry-after": None})


@fault("limits.retry-after-kept", at="allowance")
def promises_too_much(allowance: Allowance, call: Call) -> Allowance:
    """Say one second where more are needed."""
    del call
    return allowance if allowance.allowed else replace(allowance, wait=SECOND)


@fault("limits.remaining-falls", at="allowance")
def stands_still(allowance: Allowance, call: Call) -> Allowance:
    """Always have as much left as at first."""
    del call
    return replace(allowance, remaining=allowance.limit)
