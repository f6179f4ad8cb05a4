"""The refusal of a key over its limit, and the quota itself."""

from __future__ import annotations

from collections.abc import Callable

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.chapters.limits.headers import COUNT, REMAINING, WAIT
from conformance.probe import Transcript
from conformance.probes.limits import AT_ONCE, IN_A_ROW, OVER_LIMIT, SMALL_QUOTA
from conformance.reading import Reading
from conformance.refusal_parts import declare_part
from conformance.verdict import Finding, Inconclusive, NotApplicable


def _heard(transcript: Transcript, label: str) -> Reading:
    reading = transcript[label]
    if reading.status is None:
        raise Inconclusive(f"{reading.id}: {reading.exchange.ending.value}")
    return reading


def _with_status(label: str, status: int) -> Callable[[Transcript], Transcript]:
    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(forge.with_status(transcript[label].exchange, status))

    forgery.__doc__ = f"The answer has status {status}."
    return forgery


@judges("limits.over-429", on=OVER_LIMIT, forgery=_with_status("plain", 503))
def over_429(transcript: Transcript) -> Statements:
    """A key over its limit is answered 429."""
    reading = _heard(transcript, "plain")
    if reading.status != 429:
        yield Finding(reading.at_status(), "429", str(reading.status), reading.id)


@judges("limits.stream-refused", on=OVER_LIMIT, forgery=_with_status("streamed", 200))
def stream_refused(transcript: Transcript) -> Statements:
    """A stream request of a key over its limit is 429 too, and no stream."""
    reading, plain = _heard(transcript, "streamed"), _heard(transcript, "plain")
    if plain.status != 429:
        raise NotApplicable("not refused with 429 without stream either")
    if reading.status != 429 or reading.looks_like_sse:
        shown = f"{reading.status}: {reading.snippet(most=80)}"
        yield Finding(reading.at_status(), "429, as JSON", shown, reading.id)


@judges("limits.per-key", on=(OVER_LIMIT, SMALL_QUOTA), forgery=_with_status("other-key", 429))
def per_key(transcript: Transcript) -> Statements:
    """The valid key is answered while another is over its limit."""
    reading = transcript.get("other-key")
    if reading is None:
        raise NotApplicable("the other key was never over its limit")
    if reading.status == 429:
        yield Finding(reading.at_status(), "200: this key has its own limit", "429", reading.id)


def _over(transcript: Transcript) -> Reading | None:
    reading = _heard(transcript, "plain")
    return reading if reading.status == 429 else None


declare_part(
    "limits.over-type",
    "type",
    ("rate_limit_error",),
    on=OVER_LIMIT,
    refusal=_over,
    also=("requests", "tokens", "insufficient_quota"),
)
declare_part(
    "limits.over-code",
    "code",
    ("rate_limit_exceeded", "daily_quota_exceeded"),
    on=OVER_LIMIT,
    refusal=_over,
)


@judges("limits.retry-after-true", on=SMALL_QUOTA, forgery=_with_status("obedient", 429))
def retry_after_true(transcript: Transcript) -> Statements:
    """A request made after the wait that was asked for is not refused."""
    last, reading = transcript.get("last"), transcript.get("obedient")
    if last is None or last.status != 429:
        raise NotApplicable("the small quota was never used up")
    if reading is None:
        raise NotApplicable("the refusal named no wait of a minute or less")
    if reading.status == 429:
        expected = f"an answer after {last.header(WAIT)} s"
        yield Finding(reading.at_status(), expected, "429 again", reading.id)


def all_answered(transcript: Transcript) -> Transcript:
    """Every request of the burst is answered."""
    return transcript.with_exchanges(
        forge.with_status(each, 200) if each.status == 429 else each
        for each in transcript.exchanges
    )


@judges("limits.small-enforced", on=SMALL_QUOTA, forgery=all_answered)
def small_enforced(transcript: Transcript) -> Statements:
    """A key of five a minute does not get twelve answers at once."""
    statuses = [each.status for each in transcript.exchanges[: IN_A_ROW + AT_ONCE]]
    if 429 not in statuses:
        reading = transcript[f"crowd-{AT_ONCE - 1}"]
        expected = "429 for one of twelve requests in a moment"
        yield Finding(reading.at_status(), expected, f"statuses {statuses}", reading.id)


def crowd_answered(transcript: Transcript) -> Transcript:
    """Every request of the crowd is answered."""
    return transcript.with_exchanges(
        forge.with_status(each, 200) if each.request.label.startswith("crowd") else each
        for each in transcript.exchanges
    )


@judges("limits.concurrent", on=SMALL_QUOTA, forgery=crowd_answered)
def concurrent(transcript: Transcript) -> Statements:
    """Requests at once are counted like requests in a row."""
    row = transcript.labelled("row")
    crowd = transcript.labelled("crowd")
    left = [int(value) for each in row if COUNT.fullmatch(value := each.header(REMAINING) or "")]
    if not left or not crowd:
        raise NotApplicable("answers do not say how many requests remain")
    answered = [each for each in crowd if each.ok]
    # One more may come free while the crowd is under way.
    if len(answered) > left[-1] + 1:
        reading = answered[-1]
        expected = f"at most {left[-1]} answers, since so many remained"
        yield Finding(reading.at_status(), expected, f"{len(answered)} answers", reading.id)
