"""Statuses of refusals: of which class, the same each time, and the same for streams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conformance import forge
from conformance.answering import BASELINE
from conformance.catalogue import Statements, judges, reads
from conformance.chapters.errors.envelope import asked_for, settled
from conformance.chapters.errors.forging import relabelled, unprocessable
from conformance.exchange import Exchange
from conformance.kinds import answered
from conformance.malformed import flaw
from conformance.probe import Transcript
from conformance.probes.errors import AGAIN
from conformance.probes.request_malformed import BODIES
from conformance.probes.request_types import WRONG_TYPES
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive

NOT_ITS_FAULT = (401, 402, 403, 407, 408, 429)
"""Statuses that speak of keys, money, rights, time or rate, and never of a malformed body."""
RETRYABLE = frozenset({408, 409, 425, 429})
_OURS = ("/chat/completions", "/models")


def _document(reading: Reading) -> bool:
    path = reading.exchange.request.path
    ours = path.startswith(_OURS) and not reading.exchange.request.at_root
    return ours and reading.ok and reading.json.ok and not reading.looks_like_sse


def _error_in_200(exchange: Exchange) -> Exchange:
    """An error stands where the answer should."""
    error = {"error": {"message": "The engine failed.", "type": "server_error"}}
    return forge.with_json(exchange, lambda _: error)


@reads("errors.not-200", where=_document, forgery=_error_in_200)
def not_200(reading: Reading) -> Statements:
    """A body that reports an error does not come with 2xx."""
    if reading.error:
        shown = f"{reading.status}: {reading.snippet(most=120)}"
        yield Finding(reading.at_status(), "a status of 4xx or 5xx", shown, reading.id)


def _confirmed(reading: Reading) -> bool:
    """Whether the answer stands: no noise that another try would end, and no state we asked for."""
    return answered(reading) and not asked_for(reading) and not _first_5xx(reading)


def _first_5xx(reading: Reading) -> bool:
    return (reading.status or 0) >= 500 and reading.exchange.attempt == 1


def _broken_down(exchange: Exchange) -> Exchange:
    """Every try ends in 500."""
    return replace(forge.with_status(exchange, 500), attempt=4)


@reads("errors.client-fault-4xx", where=_confirmed, forgery=_broken_down)
def client_fault_4xx(reading: Reading) -> Statements:
    """No request gets 5xx at every try from a target that answers others."""
    if (reading.status or 0) < 500 or reading.setting.capabilities.get("chat") != "effective":
        return
    wrong = flaw(reading)
    expected = f"4xx, since {wrong}" if wrong else "an answer, or a refusal in the 4xx class"
    shown = (
        f"{reading.status} at every try: {reading.error.text[:100] or reading.snippet(most=100)}"
    )
    yield Finding(reading.at_status(), expected, shown, reading.id)


def _malformed(reading: Reading) -> bool:
    return answered(reading) and bool(flaw(reading))


def _taken(exchange: Exchange) -> Exchange:
    """The request is answered."""
    return forge.with_status(exchange, 200)


@reads("errors.malformed-not-2xx", where=_malformed, forgery=_taken, rare=True)
def malformed_not_2xx(reading: Reading) -> Statements:
    """A request that no server can take is not answered with 2xx."""
    if reading.ok:
        shown = f"{reading.status}: {reading.snippet(most=100)}"
        yield Finding(reading.at_status(), f"a refusal, since {flaw(reading)}", shown, reading.id)


def _refused_malformed(reading: Reading) -> bool:
    ordinary = reading.exchange.request.authorization == "Bearer {valid}"
    client = 400 <= (reading.status or 0) < 500 and reading.status not in NOT_ITS_FAULT
    return ordinary and client and settled(reading) and bool(flaw(reading))


@reads("errors.status-400", where=_refused_malformed, forgery=unprocessable, rare=True)
def status_400(reading: Reading) -> Statements:
    """A malformed body is refused with 400."""
    if reading.status != 400:
        yield Finding(reading.at_status(), f"400: {flaw(reading)}", str(reading.status), reading.id)


def _all_statuses(status: int) -> Callable[[Transcript], Transcript]:
    def forgery(transcript: Transcript) -> Transcript:
        return transcript.with_exchanges(
            exchange if Reading(exchange).ok else forge.with_status(exchange, status)
            for exchange in transcript.exchanges
        )

    forgery.__doc__ = f"Every malformed request is refused with {status}."
    return forgery


@judges("errors.own-fault", on=(WRONG_TYPES, BODIES), forgery=_all_statuses(401))
def own_fault(transcript: Transcript) -> Statements:
    """Malformed requests are not refused as a matter of key, money, right or rate."""
    before = transcript[BASELINE]
    if not before.ok:
        raise Inconclusive(f"{before.id}: an ordinary request is refused as well")
    bad = [each for each in transcript.readings if flaw(each)]
    others = [each for each in bad if each.status in NOT_ITS_FAULT]
    if bad and all(each.status == 429 and each.header("retry-after") for each in bad):
        raise Inconclusive(f"{bad[0].id}: a limit was reached, which says nothing of the request")
    for reading in others:
        if reading.status != 429 or len(others) > len(bad) / 2:
            expected = f"400, since {flaw(reading)}"
            yield Finding(reading.at_status(), expected, str(reading.status), reading.id)


@judges("errors.stable", on=AGAIN, forgery=relabelled("again-3", unprocessable))
def stable(transcript: Transcript) -> Statements:
    """The same bad request gets the same status every time."""
    readings = [each for each in transcript.readings if each.status not in (None, 408, 429)]
    client = [each for each in readings if (each.status or 0) < 500]
    failed = [each for each in readings if (each.status or 0) >= 500]
    if len(failed) * 2 >= len(readings) > 0 and client:
        shown = f"{len(failed)} of {len(readings)} times {failed[0].status}"
        yield Finding(failed[0].at_status(), f"{client[0].status} each time", shown, failed[0].id)
    for reading in client[1:]:
        if reading.status != client[0].status:
            expected = f"{client[0].status}, as for the same request before"
            yield Finding(reading.at_status(), expected, str(reading.status), reading.id)


def _hopeful(exchange: Exchange) -> Exchange | None:
    """A hopeless request is to be tried again."""
    hopeless = (exchange.status or 500) < 500 and exchange.status not in RETRYABLE
    return forge.with_header(exchange, "x-should-retry", "true") if hopeless else None


@reads("errors.should-retry", where=settled, forgery=_hopeful)
def should_retry(reading: Reading) -> Statements:
    """`x-should-retry`, where sent, agrees with the status."""
    status = reading.status or 0
    hint = reading.header("x-should-retry")
    if hint == "true" and status < 500 and status not in RETRYABLE:
        yield Finding(reading.at_header("x-should-retry"), "false", f"true, {status}", reading.id)
