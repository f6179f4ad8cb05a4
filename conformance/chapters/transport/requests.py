"""What clients and the network do to a request on its way, and that it is answered all the same."""

from __future__ import annotations

from dataclasses import replace

from conformance import forge
from conformance.baseline import BASELINE
from conformance.catalogue import Statements, judges, reads
from conformance.exchange import Exchange
from conformance.probe import Transcript
from conformance.probes.transport import BODIES, DRESSED, HEADERS, ONE_CONNECTION
from conformance.reading import Reading
from conformance.varied import heard, plainly_answered, shown, taken, with_status
from conformance.verdict import Finding, Inconclusive, NotApplicable


@judges("transport.post-answers", on=BASELINE, forgery=with_status("plain", 404))
def post_answers(transcript: Transcript) -> Statements:
    """A well-formed chat request is answered with 200."""
    for label in ("plain", "again"):
        reading = heard(transcript, label)
        if reading.status is None or reading.status in (408, 500, 529):
            raise Inconclusive(f"{reading.id}: {shown(reading)}")
        if reading.status != 200:
            yield Finding(reading.at_status(), "200", shown(reading), reading.id)


def moved(exchange: Exchange) -> Exchange:
    """The answer is a redirect to the same path with a slash."""
    return forge.with_header(forge.with_status(exchange, 307), "location", "/chat/completions/")


def _answered_chat(reading: Reading) -> bool:
    return reading.is_chat and reading.status is not None


@reads("transport.not-redirected", where=_answered_chat, forgery=moved)
def not_redirected(reading: Reading) -> Statements:
    """A chat request is answered, and not sent elsewhere."""
    if reading.status is not None and 300 <= reading.status < 400:
        yield Finding(
            reading.at_status(),
            "an answer or a refusal",
            f"{reading.status} to {reading.header('location') or 'nowhere'}"[:120],
            reading.id,
        )


taken(
    "transport.unknown-headers",
    HEADERS,
    ("stainless-stream", "stainless"),
    "with the headers of an OpenAI SDK",
    within=DRESSED,
)
taken("transport.cost-tag", HEADERS, "tag", "with an `x-aig-tag` of 64 characters", within=DRESSED)
taken(
    "transport.query-ignored", HEADERS, "query", "with an unknown query parameter", within=DRESSED
)
taken("transport.chunked-request", BODIES, "chunked", "whose body comes in HTTP chunks")
taken("transport.split-request", BODIES, "pieces", "that arrives byte by byte")
taken("transport.expect-continue", BODIES, "expect", "with `Expect: 100-continue`")
taken(
    "transport.accept-no-stream-answered",
    HEADERS,
    "events",
    "without `stream` and with `Accept: text/event-stream`",
    within=DRESSED,
)


def not_acceptable(transcript: Transcript) -> Transcript | None:
    """The stream is refused with 406 for its Accept."""
    reading = transcript.get(f"{DRESSED}-stream")
    if reading is None:
        return None
    return transcript.replacing(forge.with_status(reading.exchange, 406))


@judges("transport.accept-ignored", on=HEADERS, forgery=not_acceptable)
def accept_ignored(transcript: Transcript) -> Statements:
    """`Accept: application/json` with `stream: true` still gives a stream."""
    plainly_answered(transcript)
    alone = transcript.get("json") is not None
    reading = heard(transcript, "json" if alone else f"{DRESSED}-stream")
    if not reading.ok or not reading.is_stream:
        yield Finding(reading.at_status(), "200 and a stream", shown(reading), reading.id)


def as_events(transcript: Transcript) -> Transcript:
    """The document comes as an event."""
    exchange = transcript[DRESSED].exchange
    framed = forge.with_body(exchange, b"data: " + exchange.body + b"\n\ndata: [DONE]\n\n")
    return transcript.replacing(forge.with_header(framed, "content-type", "text/event-stream"))


@judges("transport.accept-no-stream", on=HEADERS, forgery=as_events)
def accept_no_stream(transcript: Transcript) -> Statements:
    """`Accept: text/event-stream` without `stream` brings no stream."""
    plainly_answered(transcript)
    alone = transcript.get("events") is not None
    reading = heard(transcript, "events" if alone else DRESSED)
    if not reading.ok:
        raise NotApplicable("it is refused; another requirement judges that")
    if reading.is_stream:
        said = f"{reading.media_type or 'no media type'}: {reading.snippet(most=80)}"
        yield Finding(reading.at_offset(0), "one JSON document", said, reading.id)


def answer_before_again(transcript: Transcript) -> Transcript:
    """The answer to a right request is the refusal before it."""
    refusal, right = transcript["wrong-2"].exchange, transcript["right-2"].exchange
    return transcript.replacing(replace(refusal, request=right.request))


def _one_id(transcript: Transcript) -> bool:
    """Whether every answer has the same id, which tells nothing of connections."""
    answers = [each for each in transcript.readings if each.is_chat and each.ok]
    return len(answers) > 2 and len({str(each.json.at("id")) for each in answers}) == 1


@judges("transport.connection-reused", on=ONE_CONNECTION, forgery=answer_before_again)
def connection_reused(transcript: Transcript) -> Statements:
    """Right and wrong requests on one connection, in turn, each get their own answer."""
    first = heard(transcript, "wrong-1")
    if first.ok:
        raise NotApplicable("a body that is not JSON is not refused; another requirement says so")
    ids: dict[object, Reading] = {}
    for reading in transcript.readings:
        heard(transcript, reading.exchange.request.label)
        label = reading.exchange.request.label
        if label == "no-such-model":
            continue  # Whether it is refused is the business of chapter models.
        due = "a refusal" if label.startswith("wrong") else "an answer of its own"
        if label == "models" and not reading.ok:
            continue  # Whether there is a list at all is the business of chapter models.
        if reading.ok is label.startswith("wrong") and reading.status is not None:
            yield Finding(reading.at_status(), due, shown(reading), reading.id)
        elif label == "models" and reading.choice_indexes:
            yield Finding(reading.at_offset(0), "the list of models", shown(reading), reading.id)
        elif reading.is_chat and reading.ok:
            name = reading.json.at("id")
            if isinstance(name, str) and name in ids and not _one_id(transcript):
                said = f"the answer to {ids[name].id} again, id {name[:60]}"
                yield Finding(reading.at_pointer("/id"), due, said, reading.id)
            ids[name if isinstance(name, str) else reading.id] = reading
