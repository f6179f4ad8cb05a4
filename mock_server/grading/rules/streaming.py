"""What to make of a stream that ends early, badly, or not at all."""

from __future__ import annotations

from mock_server.grading.observed import Observed, Ran
from mock_server.grading.rule import Basis, Level, NotSeen, Wrong, rule

CLOSES = 5.0
"""Seconds in which a cancelled stream is closed."""


def _streamed(seen: Observed) -> Ran:
    if not any(attempt.stream for attempt in seen.attempts):
        raise NotSeen("the command asked for no stream")
    if seen.ran is None or seen.ran.exit is None:
        raise NotSeen("the command did not end by itself")
    return seen.ran


def _noticed(seen: Observed, what: str) -> Wrong | None:
    ran = _streamed(seen)
    if ran.exit == 0 and not seen.recovered:
        return Wrong(
            "an exit code other than 0, or another attempt",
            f"exit 0 after {what}, with {ran.output.strip()[-40:]!r} printed",
        )
    return None


@rule("stream.truncation-noticed", Level.MUST, Basis.INFERRED)
def truncation_noticed(seen: Observed) -> Wrong | None:
    """A stream that ends before its finish reason is not taken for a whole answer."""
    return _noticed(seen, "a stream without an end")


@rule("stream.error-noticed", Level.MUST, Basis.INFERRED)
def error_noticed(seen: Observed) -> Wrong | None:
    """An error in the middle of a stream is not taken for its end."""
    return _noticed(seen, "an error event")


@rule("stream.length-noticed", Level.SHOULD, Basis.INFERRED)
def length_noticed(seen: Observed) -> Wrong | None:
    """An answer cut by its ceiling is told from a finished one."""
    ran = _streamed(seen)
    followed = len(seen.tries) > 1
    if ran.exit == 0 and not followed and "length" not in ran.output.replace(seen.says, ""):
        return Wrong(
            "the word `length` in the output, a request that goes on, or an exit code other than 0",
            "exit 0 and the text alone",
        )
    return None


@rule("stream.usage-survived", Level.MUST, Basis.INFERRED)
def usage_survived(seen: Observed) -> Wrong | None:
    """The chunk of usage, which has no choices, breaks nothing."""
    ran = _asked_for_usage(seen)
    if ran.exit != 0 or seen.says not in ran.output:
        return Wrong(
            f"exit 0 and {seen.says!r} in the output", f"exit {ran.exit} and {ran.output[:80]!r}"
        )
    return None


@rule("stream.usage-read", Level.SHOULD, Basis.INFERRED)
def usage_read(seen: Observed) -> Wrong | None:
    """Usage that was asked for is read."""
    ran = _asked_for_usage(seen)
    total = seen.attempts[-1].tokens
    if str(total) not in ran.output.replace(seen.says, ""):
        return Wrong(f"the total of {total} tokens in the output", f"{ran.output[-80:]!r}")
    return None


def _asked_for_usage(seen: Observed) -> Ran:
    ran = _streamed(seen)
    if not any(attempt.facts["asks_usage"] for attempt in seen.attempts):
        raise NotSeen("the command did not ask for usage in its stream")
    return ran


@rule("stream.cancel-closes", Level.MUST, Basis.SEEN)
def cancel_closes(seen: Observed) -> Wrong | None:
    """Who is told to stop closes its stream."""
    if seen.ran is None or not seen.ran.interrupted:
        raise NotSeen("no stream was open when the command was to be told to stop")
    if seen.ran.closed is None or seen.ran.closed > CLOSES:
        return Wrong(f"the connection closed within {CLOSES:g} s", "a stream that is still read")
    return None
