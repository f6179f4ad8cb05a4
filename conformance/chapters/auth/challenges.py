"""The challenge of a refusal: which scheme a key has to come under, and what was wrong with it."""

from __future__ import annotations

import re

from conformance import forge
from conformance.catalogue import Statements, judges, reads
from conformance.chapters.auth.keys import heard
from conformance.exchange import Exchange
from conformance.probe import Transcript
from conformance.probes.auth import KEYS
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

CHALLENGE = "www-authenticate"
_SCHEME = re.compile(r"(?:^|,)\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=\s|$|,)")


def unauthorized(reading: Reading) -> bool:
    """An answer of status 401."""
    return reading.status == 401


def unchallenged(exchange: Exchange) -> Exchange:
    """The challenge is left out."""
    return forge.without_header(exchange, CHALLENGE)


@reads("auth.challenge", where=unauthorized, forgery=unchallenged, rare=True)
def challenge(reading: Reading) -> Statements:
    """A 401 has a `WWW-Authenticate` header with a challenge."""
    value = reading.header(CHALLENGE)
    if not (value or "").strip():
        yield Finding(
            reading.at_header(CHALLENGE), "a challenge, such as Bearer", repr(value), reading.id
        )


def _challenged(reading: Reading) -> bool:
    return unauthorized(reading) and reading.header(CHALLENGE) is not None


def as_basic(exchange: Exchange) -> Exchange:
    """The challenge asks for Basic."""
    return forge.with_header(exchange, CHALLENGE, 'Basic realm="x"')


@reads("auth.challenge-bearer", where=_challenged, forgery=as_basic, rare=True)
def challenge_bearer(reading: Reading) -> Statements:
    """One challenge of a 401 has the scheme Bearer."""
    value = reading.header(CHALLENGE) or ""
    schemes = [scheme.lower() for scheme in _SCHEME.findall(value)]
    if "bearer" not in schemes:
        yield Finding(reading.at_header(CHALLENGE), "the scheme Bearer", value[:80], reading.id)


def _attribute(identity: str, label: str, wanted: bool) -> None:
    """Declare the judge of the challenge's `error` attribute."""

    def judge(transcript: Transcript) -> Statements:
        reading = heard(transcript, label)
        value = reading.header(CHALLENGE)
        if reading.status != 401 or value is None:
            raise NotApplicable("no 401 with a challenge; other requirements judge that")
        found = re.search(r'error\s*=\s*"?([a-z_]+)', value)
        if wanted and (found is None or found[1] != "invalid_token"):
            yield Finding(
                reading.at_header(CHALLENGE), 'error="invalid_token"', value[:80], reading.id
            )
        if not wanted and found is not None:
            yield Finding(
                reading.at_header(CHALLENGE), "no error attribute", value[:80], reading.id
            )

    lie = "Bearer" if wanted else 'Bearer error="invalid_token"'

    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(forge.with_header(transcript[label].exchange, CHALLENGE, lie))

    told = "names" if wanted else "does not name"
    judge.__doc__ = f"The challenge {told} the error `invalid_token`."
    forgery.__doc__ = f"The challenge is {lie!r}."
    judges(identity, on=KEYS, forgery=forgery)(judge)


_attribute("auth.challenge-bare", "no-key", wanted=False)
_attribute("auth.challenge-invalid", "wrong", wanted=True)
