"""What every reader of answers must put up with, and what it must not."""

from __future__ import annotations

from mock_server.grading.observed import Observed
from mock_server.grading.rule import Basis, Level, NotSeen, Wrong, rule


@rule("reading.answer-delivered", Level.MUST, Basis.INFERRED)
def answer_delivered(seen: Observed) -> Wrong | None:
    """A whole answer, however it is spelled, reaches the caller unchanged."""
    if seen.ran is None:
        raise NotSeen("no command was run")
    if not seen.recovered:
        raise NotSeen("no whole answer was fetched")
    if seen.ran.exit != 0 or seen.says not in seen.ran.output:
        told = "no end" if seen.ran.exit is None else f"exit {seen.ran.exit}"
        return Wrong(
            f"exit 0 and {seen.says!r} in the output", f"{told} and {seen.ran.output[-80:]!r}"
        )
    return None


@rule("reading.break-noticed", Level.MUST, Basis.INFERRED)
def break_noticed(seen: Observed) -> Wrong | None:
    """An answer whose connection breaks is not taken for a whole one."""
    if seen.ran is None or seen.ran.exit is None:
        raise NotSeen("the command did not end by itself")
    if not seen.attempts:
        raise NotSeen("the command sent no chat request")
    if seen.ran.exit == 0 and not seen.recovered:
        return Wrong(
            "an exit code other than 0, or another attempt",
            f"exit 0 after a broken connection, with {seen.ran.output.strip()[-40:]!r} printed",
        )
    return None
