"""The names of calls: `x-request-id`, the target's own and the client's."""

from __future__ import annotations

from conformance import forge
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, judges, reads
from conformance.excerpt import visible
from conformance.exchange import Exchange
from conformance.probe import Transcript
from conformance.probes.transport import IDENTITY, NAMES, ONE_CONNECTION
from conformance.reading import Reading
from conformance.varied import heard, plainly_answered, shown, with_status
from conformance.verdict import Finding, NotApplicable

NAME = IDENTITY.lower()


def unnamed(exchange: Exchange) -> Exchange:
    """The id is left out."""
    return forge.without_header(exchange, NAME)


def _has_no_name(reading: Reading) -> Statements:
    if not (reading.header(NAME) or "").strip():
        said = "no such header" if reading.header(NAME) is None else "nothing in it"
        yield Finding(reading.at_header(NAME), "an id of this answer", said, reading.id)


@reads("transport.request-id", where=lambda reading: reading.ok, forgery=unnamed)
def request_id(reading: Reading) -> Statements:
    """Every answer that succeeds carries an `x-request-id`."""
    yield from _has_no_name(reading)


@reads("transport.request-id-errors", where=lambda reading: reading.refused, forgery=unnamed)
def request_id_errors(reading: Reading) -> Statements:
    """Every refusal carries an `x-request-id`."""
    yield from _has_no_name(reading)


def _sent(reading: Reading) -> str | None:
    names = {name.lower(): value for name, value in reading.exchange.request.headers}
    return names.get(NAME)


def always_the_same(transcript: Transcript) -> Transcript:
    """Every answer has the same id."""
    return transcript.with_exchanges(
        forge.with_header(exchange, NAME, "req_1") for exchange in transcript.exchanges
    )


@judges("transport.request-id-unique", on=(ONE_CONNECTION, BASELINE), forgery=always_the_same)
def request_id_unique(transcript: Transcript) -> Statements:
    """No two answers share an id that the client did not choose."""
    seen: dict[str, Reading] = {}
    for reading in transcript.readings:
        name = reading.header(NAME)
        if name is None or _sent(reading) is not None:
            continue
        if name in seen:
            said = f"{visible(name)[:80]}, as {seen[name].id}"
            yield Finding(reading.at_header(NAME), "an id of its own", said, reading.id)
        seen.setdefault(name, reading)
    if not seen:
        raise NotApplicable("no answer carries an id")


def made_anew(transcript: Transcript) -> Transcript:
    """The client's id is replaced."""
    exchange = transcript["safe-refused"].exchange
    return transcript.replacing(forge.with_header(exchange, NAME, "req_0"))


@judges("transport.request-id-echo", on=NAMES, forgery=made_anew)
def request_id_echo(transcript: Transcript) -> Statements:
    """A safe id sent by the client comes back, with an answer and with a refusal."""
    for label in ("safe", "safe-refused"):
        reading = heard(transcript, label)
        sent, said = _sent(reading), reading.header(NAME)
        if said != sent:
            shown_id = "no such header" if said is None else visible(said)[:80]
            yield Finding(reading.at_header(NAME), f"{sent}, as sent", shown_id, reading.id)


def sent_back(transcript: Transcript) -> Transcript:
    """The long id comes back."""
    exchange = transcript["long"].exchange
    return transcript.replacing(forge.with_header(exchange, NAME, "a" * 5000))


@judges("transport.request-id-unsafe", on=NAMES, forgery=sent_back)
def request_id_unsafe(transcript: Transcript) -> Statements:
    """An id of 5,000 characters, or with marks that could break a page or a log, stays away."""
    for label, words in (("long", "of 5,000 characters"), ("unsafe", "with `<`, `;` and quotes")):
        reading = heard(transcript, label)
        sent = _sent(reading) or ""
        if sent in (reading.header(NAME) or ""):
            expected = f"another id than the client's, which is one {words}"
            said = visible(reading.header(NAME) or "")[:80]
            yield Finding(reading.at_header(NAME), expected, said, reading.id)


@judges("transport.request-id-survived", on=NAMES, forgery=with_status("long", 500))
def request_id_survived(transcript: Transcript) -> Statements:
    """A strange id of the client is no server error."""
    plainly_answered(transcript)
    for label in ("long", "unsafe"):
        reading = heard(transcript, label)
        if reading.status is None or reading.status >= 500:
            expected = "an answer, or a status of 400 to 499"
            yield Finding(reading.at_status(), expected, shown(reading), reading.id)
