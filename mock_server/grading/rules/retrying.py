"""What to try again, when, and for how long."""

from __future__ import annotations

import itertools

from mock_server.grading.observed import Attempt, Observed
from mock_server.grading.rule import Basis, Level, NotSeen, Wrong, rule
from mock_server.pace import SECOND

TOLERANCE = SECOND // 20
"""Clocks and time-outs are not exact."""
AT_ONCE = SECOND // 10
"""A retry sooner than this waited for nothing."""
MOST = 10


def _pairs(seen: Observed) -> list[tuple[Attempt, Attempt]]:
    """Return each attempt with the one that follows it, of the same request."""
    return [pair for tries in seen.tries for pair in itertools.pairwise(tries)]


def _shown(nanoseconds: int) -> str:
    return f"{nanoseconds / SECOND:.2f} s"


@rule("retry.after-kept", Level.MUST, Basis.SEEN, always=True)
def after_kept(seen: Observed) -> Wrong | None:
    """Who is told to come back in N seconds does not come sooner."""
    told = [(one, two, one.wait) for one, two in _pairs(seen) if one.wait and one.retryable]
    if not told:
        raise NotSeen("no retry of an answer that says when to come back")
    for one, two, wait in told:
        if two.began - one.ended < wait - TOLERANCE:
            return Wrong(
                f"at least {_shown(wait)} after the {one.status}", _shown(two.began - one.ended)
            )
    return None


@rule("retry.refused-left-alone", Level.MUST, Basis.SEEN, always=True)
def refused_left_alone(seen: Observed) -> Wrong | None:
    """What can never succeed is not sent again."""
    refused = [tries for tries in seen.tries if any(one.refused for one in tries)]
    if not refused:
        raise NotSeen("nothing was refused for good")
    for one, _ in _pairs(seen):
        if one.refused:
            return Wrong(f"nothing after the {one.status}", "the same request again")
    return None


@rule("retry.tries-again", Level.SHOULD, Basis.SEEN)
def tries_again(seen: Observed) -> Wrong | None:
    """What may succeed later is tried again."""
    first = [tries for tries in seen.tries if tries[0].retryable and tries[0].status >= 400]
    if not first:
        raise NotSeen("no request was answered with what may be retried")
    for tries in first:
        if len(tries) == 1:
            return Wrong(f"another attempt after the {tries[0].status}", "none")
    return None


@rule("retry.backs-off", Level.SHOULD, Basis.SEEN)
def backs_off(seen: Observed) -> Wrong | None:
    """Retries without advice leave time, and no less of it each time."""
    gaps = [
        [two.began - one.ended for one, two in itertools.pairwise(tries) if one.retryable]
        for tries in seen.tries
        if all(one.wait is None for one in tries)
    ]
    if not any(gaps):
        raise NotSeen("no retry of an answer that says nothing of when to come back")
    for waits in gaps:
        told = ", ".join(map(_shown, waits))
        if waits and min(waits) < AT_ONCE:
            return Wrong(f"pauses of at least {_shown(AT_ONCE)}", told)
        # Jitter and a busy machine may shorten a pause a little; no client halves it by chance.
        if len(waits) > 1 and 2 * waits[-1] < waits[0]:
            return Wrong("no pause much shorter than the first", told)
    return None


@rule("retry.ends", Level.MUST, Basis.SEEN, always=True)
def ends(seen: Observed) -> Wrong | None:
    """Nothing is tried again for ever."""
    if not _pairs(seen):
        raise NotSeen("nothing was tried again")
    most = max(len(tries) for tries in seen.tries)
    if most > MOST:
        return Wrong(f"at most {MOST} attempts", f"{most}")
    if seen.ran is not None and seen.ran.exit is None and not seen.ran.interrupted:
        return Wrong(f"an end within {seen.seconds:g} s", f"{most} attempts, and no end yet")
    return None


@rule("retry.failure-told", Level.MUST, Basis.INFERRED)
def failure_told(seen: Observed) -> Wrong | None:
    """A call that never succeeded is not reported as a success."""
    if seen.ran is None or seen.ran.exit is None:
        raise NotSeen("the command did not end by itself")
    if not seen.attempts:
        raise NotSeen("the command sent no chat request")
    if seen.ran.exit == 0:
        return Wrong("an exit code other than 0", f"exit 0 after a {seen.attempts[-1].status}")
    return None
