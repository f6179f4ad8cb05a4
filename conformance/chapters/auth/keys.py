"""One right key, and every way to be without it. Judges; holds no key."""

from __future__ import annotations

from collections.abc import Callable

from conformance import forge
from conformance.catalogue import Statements, judges, reads
from conformance.exchange import Exchange
from conformance.probe import Transcript
from conformance.probes.auth import DRESSED, KEYS
from conformance.reading import Reading
from conformance.refusal_parts import declare_part
from conformance.verdict import Finding, Inconclusive, NotApplicable

Forged = Callable[[Transcript], Transcript]
OPEN = "auth.no-key-refused"
"""Says of a target that asks for no key all that there is to say of its keys."""


def heard(transcript: Transcript, label: str) -> Reading:
    """Return a reading with an answer of the target's own: not noise, and not a limit.

    A 429 is its own where every wrong key gets one, and the right key none before and after.
    """
    reading = transcript[label]
    if reading.status == 429 and _limits_strangers(transcript):
        return reading
    if reading.status is None or reading.status == 429:
        raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
    return reading


def _limits_strangers(transcript: Transcript) -> bool:
    wrong = [transcript.get(label) for label in ("wrong", "wrong-again-0", "wrong-again-1")]
    right = [transcript.get(label) for label in ("valid", "valid-after")]
    limited = all(each is not None and each.status == 429 for each in wrong)
    return limited and all(each is not None and each.ok for each in right)


def with_status(label: str, status: int, words: str) -> Forged:
    """Return a forgery that changes the status of one labelled answer."""

    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(forge.with_status(transcript[label].exchange, status))

    forgery.__doc__ = words
    return forgery


def _works(transcript: Transcript) -> None:
    """Leave unless the right key is taken; otherwise a refusal says nothing about keys."""
    reading = heard(transcript, "valid")
    if not reading.ok:
        raise Inconclusive(f"{reading.id}: the valid key itself is answered {reading.status}")


def _asks(transcript: Transcript) -> None:
    """Leave unless a key is asked for at all: an open door is one finding, not ten."""
    bare = transcript.get("no-key")
    if bare is not None and bare.ok:
        raise NotApplicable(f"no key is asked for at all; {OPEN} judges that")


def _refused(identity: str, label: str, sent: str, *, status: int | None = None) -> None:
    """Declare the judge that one way to be without a key is refused."""

    def judge(transcript: Transcript) -> Statements:
        _works(transcript)
        reading = heard(transcript, label)
        if identity != OPEN:
            _asks(transcript)
        code = reading.status or 0
        wrong = code != status if status and code >= 400 else code < 400 or code >= 500
        if wrong:
            expected = str(status) if status else "a status of 400 to 499"
            yield Finding(reading.at_status(), f"{expected} for {sent}", str(code), reading.id)

    judge.__doc__ = f"A request with {sent} is refused" + (f" with {status}." if status else ".")
    lie = 403 if status else 200
    judges(identity, on=KEYS, forgery=with_status(label, lie, f"It is answered {lie}."))(judge)


_refused(OPEN, "no-key", "no Authorization")
_refused("auth.no-key-401", "no-key", "no Authorization", status=401)
_refused("auth.wrong-key-refused", "wrong", "a key that nobody has")
_refused("auth.wrong-key-401", "wrong", "a key that nobody has", status=401)
_refused("auth.empty-key-refused", "empty", "an empty bearer key")
_refused("auth.shorter-key-refused", "shorter", "the key without its last character")
_refused("auth.longer-key-refused", "longer", "the key with one character more")
_refused("auth.key-case", "swapped", "the key in the other case")
_refused("auth.basic-refused", "basic", "the key under the scheme Basic")
_refused("auth.bare-key-refused", "bare", "the key without a scheme")
_refused("auth.models-refused", "models", "no Authorization for the list of models")
_refused("auth.detail-refused", "detail", "no Authorization for one model")


@judges(
    "auth.stream-refused",
    on=KEYS,
    forgery=with_status("streamed", 200, "A stream begins for a key that nobody has."),
)
def stream_refused(transcript: Transcript) -> Statements:
    """A stream request with a wrong key is refused as without stream, and not as a stream."""
    _works(transcript)
    reading, plain = heard(transcript, "streamed"), heard(transcript, "wrong")
    if plain.ok:
        raise NotApplicable("a wrong key is not refused at all; another requirement judges that")
    if reading.status != plain.status or reading.looks_like_sse:
        shown = f"{reading.status}: {reading.snippet(most=80)}"
        yield Finding(reading.at_status(), f"{plain.status}, as JSON", shown, reading.id)


def _taken(identity: str, label: str, sent: str, within: str = "") -> None:
    """Declare the judge that another spelling of the right header is taken, alone or `within`."""

    def judge(transcript: Transcript) -> Statements:
        _works(transcript)
        alone = transcript.get(label) is not None or not within
        reading = heard(transcript, label if alone else within)
        if reading.status in (401, 403):
            yield Finding(reading.at_status(), f"200 for {sent}", str(reading.status), reading.id)

    judge.__doc__ = f"The valid key with {sent} is taken."

    def lie(transcript: Transcript) -> Transcript:
        """It is refused, alone and within."""
        sent = [each for each in (label, within) if each and transcript.get(each) is not None]
        refused = {each: forge.with_status(transcript[each].exchange, 401) for each in sent}
        return transcript.with_exchanges(
            refused.get(each.request.label, each) for each in transcript.exchanges
        )

    judges(identity, on=KEYS, forgery=lie)(judge)


_taken("auth.scheme-case", "lower-case", "the scheme in lower case", DRESSED)
_taken("auth.scheme-space", "two-spaces", "two spaces after the scheme", DRESSED)
_taken("auth.valid-after-wrong", "valid-after", "three wrong ones before it")


def _first(identity: str, label: str, wrong: str, lie: int) -> None:
    """Declare the judge that the key is looked at before something else that is wrong."""

    def judge(transcript: Transcript) -> Statements:
        _works(transcript)
        reading, plain = heard(transcript, label), heard(transcript, "wrong")
        if not plain.refused:
            raise NotApplicable("a wrong key is not refused at all")
        if reading.status != plain.status:
            expected = f"{plain.status}, as for the wrong key alone"
            yield Finding(reading.at_status(), expected, str(reading.status), reading.id)

    judge.__doc__ = f"A wrong key is refused as such, also with {wrong}."
    judges(identity, on=KEYS, forgery=with_status(label, lie, f"{wrong} is refused first."))(judge)


_first("auth.before-body", "bad-body", "a body that is not JSON", 400)
_first("auth.before-model", "bad-model", "a model that nobody serves", 404)


def _denied_to(label: str) -> Callable[[Transcript], Reading | None]:
    def refusal(transcript: Transcript) -> Reading | None:
        reading = heard(transcript, label)
        return reading if reading.status in (401, 403) else None

    return refusal


_KNOWN_TO_CLIENTS = ("invalid_request_error", "authentication_error", "invalid_api_key", None)
"""What OpenAI itself and its closest followers send; clients of any of them know these."""


def _part(identity: str, label: str, name: str, known: tuple[str, ...]) -> None:
    declare_part(identity, name, known, on=KEYS, refusal=_denied_to(label), also=_KNOWN_TO_CLIENTS)


_part("auth.no-key-type", "no-key", "type", ("authentication_error",))
_part("auth.no-key-code", "no-key", "code", ("missing_api_key",))
_part("auth.wrong-key-type", "wrong", "type", ("authentication_error",))
_part("auth.wrong-key-code", "wrong", "code", ("invalid_api_key",))


def _denied(reading: Reading) -> bool:
    return reading.is_chat and reading.status in (401, 403)


def with_an_answer(exchange: Exchange) -> Exchange:
    """The refusal carries a completion all the same."""
    message = {"role": "assistant", "content": "Hello!"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return forge.with_json(exchange, lambda body: {**body, "choices": [choice]})


@reads("auth.refusal-empty", where=_denied, forgery=with_an_answer, rare=True)
def refusal_empty(reading: Reading) -> Statements:
    """The body of a 401 or 403 holds no completion."""
    text = "".join(reading.text_of(index) for index in reading.choice_indexes)
    if text:
        yield Finding(reading.at_pointer("/choices"), "no completion", repr(text[:60]), reading.id)


@judges(
    "auth.stable",
    on=KEYS,
    forgery=with_status("wrong-again-1", 200, "The third try with a wrong key is answered."),
)
def stable(transcript: Transcript) -> Statements:
    """The same wrong key gets the same status three times."""
    first = heard(transcript, "wrong")
    for label in ("wrong-again-0", "wrong-again-1"):
        reading = heard(transcript, label)
        if reading.status != first.status:
            yield Finding(
                reading.at_status(), f"{first.status}, as before", str(reading.status), reading.id
            )


@judges(
    "auth.not-remembered",
    on=KEYS,
    forgery=with_status("wrong", 200, "A wrong key is taken after the right one."),
)
def not_remembered(transcript: Transcript) -> Statements:
    """A wrong key is refused right after the right one, on a kept connection."""
    _works(transcript)
    reading, later = heard(transcript, "wrong"), heard(transcript, "wrong-again-1")
    if reading.ok and later.refused:
        yield Finding(reading.at_status(), str(later.status), str(reading.status), reading.id)
