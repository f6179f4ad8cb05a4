"""What is malformed or out of range is turned down as the client's mistake, case by case."""

from __future__ import annotations

from collections.abc import Iterable

from conformance import forge
from conformance.answering import decided, not_refused
from conformance.catalogue import ConversationJudge, Statements, TranscriptForgery, judges
from conformance.probe import Probe, Transcript
from conformance.probes.request_cases import Row, label_of
from conformance.probes.request_content import CONTENT, CONVERSATIONS, ODD_PARTS, ORDER
from conformance.probes.request_features import FEATURES, WISHES
from conformance.probes.request_malformed import BODIES, BODY, REQUIRED
from conformance.probes.request_ranges import LOGPROBS, OUT_OF_RANGE, RANGES, WITHOUT_LOGPROBS
from conformance.probes.request_types import TYPES, WRONG_TYPES

TABLES: tuple[tuple[Probe, tuple[Row, ...]], ...] = (
    (BODIES, BODY + REQUIRED),
    (WRONG_TYPES, TYPES),
    (OUT_OF_RANGE, RANGES),
    (WITHOUT_LOGPROBS, LOGPROBS),
    (WISHES, FEATURES),
    (CONTENT, ODD_PARTS),
    (CONVERSATIONS, ORDER),
)
"""Each probe with the rows whose cases it sends and that are to be refused."""


def sent(row: Row, transcript: Transcript) -> Iterable[str]:
    """Return the labels under which the cases that this scope asks for were sent."""
    gateway = transcript.setting.scope == "gateway"
    cases = [case for case in row.cases if gateway or not case.gateway]
    return dict.fromkeys(label_of(transcript, case) for case in cases)


def refusing(row: Row) -> ConversationJudge:
    """Return the judge of a row: each of its cases is a 4xx."""

    def judge(transcript: Transcript) -> Statements:
        for label in sent(row, transcript):
            yield from not_refused(decided(transcript, label), row.why)

    judge.__doc__ = f"Each request is a 4xx, since {row.why}."
    return judge


def accepting(row: Row) -> TranscriptForgery:
    """Return the forgery of a row: the last of its cases is answered with 200."""

    def forgery(transcript: Transcript) -> Transcript:
        label = list(sent(row, transcript))[-1]
        return transcript.replacing(forge.with_status(transcript[label].exchange, 200))

    return forgery


for _probe, _rows in TABLES:
    for _row in _rows:
        judges(_row.requirement, on=_probe, forgery=accepting(_row))(refusing(_row))
