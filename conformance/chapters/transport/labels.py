"""How the media type of a body is told, and what becomes of a body that is told to be another."""

from __future__ import annotations

from conformance.catalogue import Statements, judges
from conformance.probe import Transcript
from conformance.probes.transport import DRESSED, LABELS, SIZES
from conformance.reading import Reading
from conformance.varied import heard, plainly_answered, shown, taken, with_status
from conformance.verdict import Finding, NotApplicable

taken(
    "transport.media-type-parameters",
    LABELS,
    ("parameter-tight", "parameter"),
    "labelled `application/json; charset=utf-8`",
    within=DRESSED,
)
taken(
    "transport.media-type-case",
    LABELS,
    ("capital-parameter", "capitals"),
    "whose media type has capitals",
    within=DRESSED,
)
taken(
    "transport.header-case",
    LABELS,
    "loud",
    "whose `CONTENT-TYPE` header is in capitals",
    within=DRESSED,
)


def _refused(identity: str, label: str, words: str) -> None:
    """Declare the judge that a body is refused for its label."""

    def judge(transcript: Transcript) -> Statements:
        plainly_answered(transcript)
        reading = heard(transcript, label)
        if reading.status is None or not 400 <= reading.status < 500:
            expected = f"a status of 400 to 499 for a body {words}"
            yield Finding(reading.at_status(), expected, shown(reading), reading.id)

    judge.__doc__ = f"A body {words} is refused with a 4xx."
    judges(identity, on=LABELS, forgery=with_status(label, 200))(judge)


_refused("transport.text-body-refused", "text", "labelled text/plain")
_refused("transport.form-body-refused", "form", "labelled as a form")


@judges("transport.text-body-415", on=LABELS, forgery=with_status("text", 400))
def text_body_415(transcript: Transcript) -> Statements:
    """The refusal of a body labelled as something else is 415."""
    plainly_answered(transcript)
    refusals = [heard(transcript, label) for label in ("text", "form")]
    yield from _other_than(415, [each for each in refusals if each.refused], "another media type")


@judges("transport.missing-media-type-refused", on=LABELS, forgery=with_status("unlabelled", 200))
def missing_media_type_refused(transcript: Transcript) -> Statements:
    """A body without Content-Type is refused with 415."""
    plainly_answered(transcript)
    yield from _other_than(415, [heard(transcript, "unlabelled")], "a body without Content-Type")


def _other_than(status: int, found: list[Reading], what: str) -> Statements:
    if not found:
        raise NotApplicable(f"{what} is not refused at all; another requirement judges that")
    for reading in found:
        if reading.status != status:
            expected = f"{status} for {what}"
            yield Finding(reading.at_status(), expected, shown(reading), reading.id)


@judges("transport.compressed-body", on=LABELS, forgery=with_status("compressed", 500))
def compressed_body(transcript: Transcript) -> Statements:
    """A gzipped body is read, or refused with a 4xx."""
    plainly_answered(transcript)
    reading = heard(transcript, "compressed")
    if not reading.ok and (reading.status is None or not 400 <= reading.status < 500):
        expected = "200, or a status of 400 to 499, for a gzipped body"
        yield Finding(reading.at_status(), expected, shown(reading), reading.id)


@judges("transport.body-limit", on=SIZES, forgery=with_status("over-chunked", 200))
def body_limit(transcript: Transcript) -> Statements:
    """A body of one byte over the limit is refused with 413, told its length or not."""
    readings = [heard(transcript, label) for label in ("over", "over-chunked")]
    yield from _other_than(413, readings, "a body of one byte over the limit")


@judges("transport.body-at-limit", on=SIZES, forgery=with_status("full", 413))
def body_at_limit(transcript: Transcript) -> Statements:
    """A body of exactly the limit is read."""
    reading = heard(transcript, "full")
    if not reading.ok:
        expected = "200 for a body of exactly the limit"
        yield Finding(reading.at_status(), expected, shown(reading), reading.id)
