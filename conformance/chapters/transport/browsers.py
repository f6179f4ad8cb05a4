"""What a browser asks before it calls, and what it needs to read an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from conformance import field, forge
from conformance.capability import ABSENT, EFFECTIVE, UNDECIDED, Found, capability
from conformance.catalogue import Statements, judges
from conformance.excerpt import visible
from conformance.probe import Transcript
from conformance.probes.transport import BROWSER, ORIGIN
from conformance.reading import Reading
from conformance.varied import heard, shown, with_status
from conformance.verdict import Finding, Inconclusive, NotApplicable, Note

ALLOWED = "access-control-allow-origin"
HEADERS = "access-control-allow-headers"
EXPOSED = "access-control-expose-headers"
READABLE = re.compile(r"x-request-id|retry-after|x-ratelimit-.+|x-cost-cents")
_MISTAKEN = frozenset({400, 411, 415, 422})
_BODY = re.compile(r"messages|\bmodel\b|\bbody\b|json|content-type|field required", re.IGNORECASE)


def _allows(reading: Reading) -> bool:
    return (reading.header(ALLOWED) or "").strip() in ("*", ORIGIN)


@capability("cors", on=BROWSER)
def cors(transcript: Transcript) -> Found:
    """Some answer to a request with an Origin lets a browser read it."""
    if transcript["answer"].status is None:
        return Found(UNDECIDED, "no answer came")
    for reading in transcript.readings:
        if _allows(reading):
            return Found(EFFECTIVE, ALLOWED, reading.id)
    return Found(ABSENT, f"no answer carries {ALLOWED}")


def _forgetful(label: str, header: str) -> Callable[[Transcript], Transcript | None]:
    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        if reading is None:
            return None
        return transcript.replacing(forge.without_header(reading.exchange, header))

    forgery.__doc__ = f"{header} is left out."
    return forgery


def _readable(identity: str, labels: tuple[str, ...], *, refusals: bool, words: str) -> None:
    """Declare the judge that some answers let the browser's page read them."""

    def judge(transcript: Transcript) -> Statements:
        found = 0
        for label in labels:
            if transcript.get(label) is None:
                continue
            reading = heard(transcript, label)
            if reading.status is None or reading.refused is not refusals:
                continue
            found += 1
            if not _allows(reading):
                said = reading.header(ALLOWED)
                shown_origin = "no such header" if said is None else visible(said)[:80]
                yield Finding(
                    reading.at_header(ALLOWED), f"* or {ORIGIN}", shown_origin, reading.id
                )
        if not found:
            raise NotApplicable(f"there is no {words} to a request with an Origin")

    judge.__doc__ = f"Each {words} to a request with an Origin names an allowed origin."
    judges(identity, on=BROWSER, forgery=_forgetful(labels[0], ALLOWED))(judge)


_readable(
    "transport.cors-origin",
    ("answer", "answer-stream", "answer-models"),
    refusals=False,
    words="answer",
)
_readable(
    "transport.cors-errors",
    ("refused", "refused-key"),
    refusals=True,
    words="refusal",
)


@judges("transport.cors-expose", on=BROWSER, forgery=_forgetful("answer", EXPOSED))
def cors_expose(transcript: Transcript) -> Statements:
    """Scripts may read the ids, the waits and the limits that an answer carries."""
    plain = heard(transcript, "answer")
    if not plain.ok:
        raise Inconclusive(f"{plain.id}: answered {plain.status}")
    carried = False
    for reading in transcript.readings:
        if reading.exchange.request.method == "OPTIONS":
            continue
        names = [name.lower() for name, _ in reading.exchange.headers]
        useful = sorted({name for name in names if READABLE.fullmatch(name)})
        carried = carried or bool(useful)
        exposed = field.tokens(reading.header(EXPOSED) or "")
        missing = [name for name in useful if name not in exposed]
        if missing and "*" not in exposed:
            said = visible(", ".join(exposed))[:120] or "none"
            yield Finding(reading.at_header(EXPOSED), ", ".join(missing), said, reading.id)
    if not carried:
        raise NotApplicable("no answer carries any of them")


@judges("transport.preflight", on=BROWSER, forgery=with_status("preflight", 405))
def preflight(transcript: Transcript) -> Statements:
    """A preflight without a key is answered with a 2xx."""
    reading = heard(transcript, "preflight")
    if not reading.ok:
        yield Finding(reading.at_status(), "a status of 200 to 299", shown(reading), reading.id)


def _preflight(transcript: Transcript) -> Reading:
    reading = heard(transcript, "preflight")
    if not reading.ok or not _allows(reading):
        raise NotApplicable("the preflight allows nothing; another requirement judges that")
    return reading


@judges("transport.cors-headers", on=BROWSER, forgery=_forgetful("preflight", HEADERS))
def cors_headers(transcript: Transcript) -> Statements:
    """A preflight allows authorization and content-type."""
    reading = _preflight(transcript)
    allowed = field.tokens(reading.header(HEADERS) or "")
    missing = [name for name in ("authorization", "content-type") if name not in allowed]
    if missing and "*" in allowed:
        yield Note(f"{HEADERS}: * is not meant to cover authorization", reading.id)
    elif missing:
        said = visible(", ".join(allowed))[:120] or "none"
        yield Finding(reading.at_header(HEADERS), " and ".join(missing), said, reading.id)


def as_post(transcript: Transcript) -> Transcript | None:
    """OPTIONS is refused for what its body lacks."""
    reading = transcript.get("options")
    if reading is None:
        return None
    body = b'{"error":{"message":"messages field is required"}}'
    return transcript.replacing(forge.with_status(forge.with_body(reading.exchange, body), 400))


def _options(transcript: Transcript) -> Iterator[Reading]:
    for label in ("preflight", "options"):
        yield heard(transcript, label)


@judges("transport.preflight-not-post", on=BROWSER, forgery=as_post)
def preflight_not_post(transcript: Transcript) -> Statements:
    """OPTIONS is neither checked nor answered as the POST would be."""
    for reading in _options(transcript):
        asks = reading.status in _MISTAKEN and _BODY.search(reading.text[:2000])
        if reading.choice_indexes or reading.looks_like_sse or asks:
            expected = "an answer to OPTIONS, or a refusal of the method"
            yield Finding(reading.at_status(), expected, shown(reading), reading.id)
