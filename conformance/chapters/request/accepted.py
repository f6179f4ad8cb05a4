"""What is legal is answered: at the edges of ranges, with nulls, unknown fields, odd spelling."""

from __future__ import annotations

from collections.abc import Callable

from conformance import forge
from conformance.answering import CONTROL, decided, excerpt, not_accepted
from conformance.catalogue import ConversationJudge, Statements, TranscriptForgery, judges
from conformance.chapters.request.refused import sent
from conformance.probe import Probe, Transcript
from conformance.probes.request_accepted import (
    ACCEPTED,
    EVERYTHING,
    HOSTILE,
    PROVOKED,
    SPELLED,
    TAKEN,
)
from conformance.probes.request_cases import Row
from conformance.probes.request_content import CONTENT, CONVERSATIONS, ORDER, PARTS, TURNS
from conformance.probes.request_features import HARMLESS, LACKING, WISHES
from conformance.probes.request_malformed import BODIES
from conformance.probes.request_ranges import AT_THE_EDGE, EDGES, OUT_OF_RANGE, WITHOUT_LOGPROBS
from conformance.probes.request_types import WRONG_TYPES
from conformance.settling import differing
from conformance.verdict import Finding, NotApplicable

TABLES: tuple[tuple[Probe, tuple[Row, ...]], ...] = (
    (AT_THE_EDGE, EDGES),
    (TAKEN, ACCEPTED),
    (WISHES, HARMLESS),
    (CONTENT, PARTS),
    (CONVERSATIONS, TURNS),
)
"""Each probe with the rows whose cases it sends and that are to be answered."""


def taking(row: Row) -> ConversationJudge:
    """Return the judge of a row: each of its cases is answered."""

    def judge(transcript: Transcript) -> Statements:
        for label in sent(row, transcript):
            reading = decided(transcript, label)
            if transcript.setting.scope != "gateway" and reading.error.code == LACKING:
                raise NotApplicable(f"{reading.id}: the parameter is refused as not supported")
            yield from not_accepted(reading, row.why)

    judge.__doc__ = f"Each request is answered, since {row.why}."
    return judge


def refusing(label: str) -> TranscriptForgery:
    """Return the forgery that refuses a request."""

    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(forge.with_status(transcript[label].exchange, 400))

    return forgery


def refusing_of(row: Row) -> TranscriptForgery:
    """Return the forgery that refuses the last request that a row is about."""
    return lambda transcript: refusing(list(sent(row, transcript))[-1])(transcript)


for _probe, _rows in TABLES:
    for _row in _rows:
        judges(_row.requirement, on=_probe, forgery=refusing_of(_row))(taking(_row))


def surviving(rows: tuple[Row, ...]) -> ConversationJudge:
    """Return the judge of odd input: each case is answered or refused, never a 5xx."""

    def judge(transcript: Transcript) -> Statements:
        for row in rows:
            for label in sent(row, transcript):
                reading = decided(transcript, label)
                if reading.status is not None and reading.status >= 500:
                    actual = f"{reading.status}: {excerpt(reading)}"
                    yield Finding(reading.at_status(), "200 or 4xx", actual, reading.id)

    judge.__doc__ = f"Each request is answered or refused, never a 5xx: {rows[0].why}."
    return judge


def breaking(label: str) -> Callable[[Transcript], Transcript]:
    """Return the forgery that answers a case with 500."""

    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(forge.with_status(transcript[label].exchange, 500))

    return forgery


for _row in HOSTILE:
    judges(_row.requirement, on=PROVOKED, forgery=breaking(_row.cases[-1].label))(
        surviving((_row,))
    )
judges("request.order-answered", on=CONVERSATIONS, forgery=breaking("assistant-first"))(
    surviving((*ORDER, *TURNS))
)


PROBES = (BODIES, WRONG_TYPES, OUT_OF_RANGE, WITHOUT_LOGPROBS, AT_THE_EDGE, TAKEN, WISHES, CONTENT)


def some_breaking(transcript: Transcript) -> Transcript:
    """One of the odd requests is answered with 500."""
    return breaking(transcript.exchanges[-1].request.label)(transcript)


@judges("request.no-server-error", on=PROBES, forgery=some_breaking)
def no_server_error(transcript: Transcript) -> Statements:
    """No request of these tables, whether right or wrong, is a 5xx."""
    for reading in transcript.readings:
        if reading.status is not None and reading.status >= 500:
            decided(transcript, reading.exchange.request.label)
            actual = f"{reading.status}: {excerpt(reading)}"
            yield Finding(reading.at_status(), "200 or 4xx", actual, reading.id)


def neutral(pairs: Pairs, within: str) -> ConversationJudge:
    """Return the judge of requests that mean the same as another: so are their answers."""

    def judge(transcript: Transcript) -> Statements:
        sent = [pair for pair in pairs if transcript.get(pair[0]) is not None]
        if not any(label != UNICODE for label, _ in sent):
            sent.append((within, CONTROL))
        yield from differing(transcript, sent)

    judge.__doc__ = "The greedy answer is the same as to the request that means the same."
    return judge


def other_text(label: str) -> TranscriptForgery:
    """Return the forgery whose answer to a request is another."""

    def change(document: dict[str, object]) -> None:
        document["choices"] = [{"index": 0, "message": {"content": "Other."}}]

    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(forge.with_json(transcript[label].exchange, change))

    return forgery


UNICODE = "unicode-escaped"
Pairs = tuple[tuple[str, str], ...]
NEUTRAL: tuple[tuple[str, str, Pairs], ...] = (
    ("request.null-neutral", EVERYTHING, (("nulls", CONTROL),)),
    (
        "request.unknown-field-neutral",
        EVERYTHING,
        (("unknown", CONTROL), ("unknown-in-message", CONTROL)),
    ),
    ("request.known-field-neutral", EVERYTHING, (("bookkeeping", CONTROL),)),
    (
        "request.json-spelling-neutral",
        SPELLED,
        (
            ("spelled-pretty", CONTROL),
            ("spelled-escaped", CONTROL),
            (UNICODE, "unicode-whole"),
        ),
    ),
)
"""Each requirement with the request that stands for all it is about, and with its pairs."""
for _id, _within, _pairs in NEUTRAL:
    judges(_id, on=TAKEN, forgery=other_text(_within))(neutral(_pairs, _within))
