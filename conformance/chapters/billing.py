"""Chapter `billing`: what a call costs, and who may not call. Judges; keeps no books."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges, reads
from conformance.chapters.usage.counts import usages
from conformance.exchange import Exchange
from conformance.json_view import ABSENT
from conformance.kinds import chat_answer, completed_stream, completion, refusal
from conformance.probe import Transcript
from conformance.probes.billing import WITHOUT_CREDIT
from conformance.reading import Reading
from conformance.refusal_parts import declare_part
from conformance.verdict import Finding, Inconclusive

HEADER = "x-cost-cents"
NANO_USD_A_CENT = 10_000_000
_PLAIN_DECIMAL = re.compile(r"\d{1,12}(\.\d{1,6})?")


def _answered_200(label: str) -> Callable[[Transcript], Transcript]:
    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(forge.with_status(transcript[label].exchange, 200))

    forgery.__doc__ = "The request is answered."
    return forgery


def _heard(transcript: Transcript, label: str) -> Reading:
    reading = transcript[label]
    if reading.status is None or reading.status == 429 or reading.status >= 500:
        raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
    return reading


@judges("billing.no-credit-refused", on=WITHOUT_CREDIT, forgery=_answered_200("plain"))
def no_credit_refused(transcript: Transcript) -> Statements:
    """A chat request of a key without credit is not answered with 2xx."""
    reading = _heard(transcript, "plain")
    if reading.ok:
        yield Finding(reading.at_status(), "a refusal", str(reading.status), reading.id)


@judges(
    "billing.no-credit-402",
    on=WITHOUT_CREDIT,
    forgery=lambda transcript: transcript.replacing(
        forge.with_status(transcript["plain"].exchange, 429)
    ),
)
def no_credit_402(transcript: Transcript) -> Statements:
    """The status of that refusal is 402."""
    reading = transcript["plain"]
    if reading.status is None:
        raise Inconclusive(f"{reading.id}: {reading.exchange.ending.value}")
    if reading.status != 402:
        yield Finding(reading.at_status(), "402", str(reading.status), reading.id)


def _refused(transcript: Transcript) -> Reading | None:
    reading = transcript["plain"]
    return reading if reading.refused else None


declare_part(
    "billing.no-credit-type",
    "type",
    ("insufficient_credits",),
    on=WITHOUT_CREDIT,
    refusal=_refused,
)
declare_part(
    "billing.no-credit-code",
    "code",
    ("insufficient_credits", "budget_exceeded"),
    on=WITHOUT_CREDIT,
    refusal=_refused,
)


@judges("billing.no-credit-stream", on=WITHOUT_CREDIT, forgery=_answered_200("streamed"))
def no_credit_stream(transcript: Transcript) -> Statements:
    """A stream request of a key without credit is refused with the same status."""
    plain, streamed = transcript["plain"], transcript["streamed"]
    if streamed.status is None or plain.status is None:
        raise Inconclusive(f"{streamed.id}: {streamed.exchange.ending.value}")
    if streamed.status != plain.status or streamed.looks_like_sse:
        shown = f"{streamed.status}: {streamed.snippet(most=80)}"
        yield Finding(streamed.at_status(), f"{plain.status}, as JSON", shown, streamed.id)


@judges("billing.no-credit-stable", on=WITHOUT_CREDIT, forgery=_answered_200("at-once-1"))
def no_credit_stable(transcript: Transcript) -> Statements:
    """Three requests at once of a key without credit are all refused."""
    plain = transcript["plain"]
    for reading in transcript.labelled("at-once"):
        if reading.ok and not plain.ok:
            yield Finding(reading.at_status(), f"{plain.status}", str(reading.status), reading.id)


@judges(
    "billing.no-credit-catalogue",
    on=WITHOUT_CREDIT,
    forgery=lambda transcript: transcript.replacing(
        forge.with_status(transcript["catalogue"].exchange, 402)
    ),
)
def no_credit_catalogue(transcript: Transcript) -> Statements:
    """`GET /models` answers a key without credit."""
    reading = _heard(transcript, "catalogue")
    if not reading.ok:
        yield Finding(reading.at_status(), "200", str(reading.status), reading.id)


def _cost(reading: Reading) -> Decimal | None:
    try:
        value = Decimal(reading.header(HEADER) or "")
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def charged(exchange: Exchange) -> Exchange:
    """The refusal names a cost."""
    return forge.with_header(exchange, HEADER, "0.000800")


@reads("billing.refusals-free", where=refusal, forgery=charged)
def refusals_free(reading: Reading) -> Statements:
    """`x-cost-cents` of a refusal is absent or zero."""
    cost = _cost(reading)
    if cost:
        yield Finding(reading.at_header(HEADER), "absent or 0", str(cost), reading.id)


def uncosted(exchange: Exchange) -> Exchange:
    """The header is left out."""
    return forge.without_header(exchange, HEADER)


@reads("billing.cost-header", where=completion, forgery=uncosted)
def cost_header(reading: Reading) -> Statements:
    """`x-cost-cents` is there."""
    if reading.header(HEADER) is None:
        yield Finding(reading.at_header(HEADER), "the cost in cents", "no such header", reading.id)


def _costed(reading: Reading) -> bool:
    return chat_answer(reading) and reading.header(HEADER) is not None


def in_exponents(exchange: Exchange) -> Exchange:
    """The cost is written with an exponent."""
    return forge.with_header(exchange, HEADER, "3.84e-4")


@reads("billing.cost-grammar", where=_costed, forgery=in_exponents, rare=True)
def cost_grammar(reading: Reading) -> Statements:
    """`x-cost-cents` is digits, and at most six places."""
    value = reading.header(HEADER) or ""
    if not _PLAIN_DECIMAL.fullmatch(value):
        yield Finding(
            reading.at_header(HEADER), "digits, a point, at most six places", value[:40], reading.id
        )


def _priced(reading: Reading) -> bool:
    usage = reading.usage
    return _costed(reading) and completion(reading) and usage is not None and bool(usage.counts)


def ten_times(exchange: Exchange) -> Exchange:
    """The cost is ten times what it should be."""
    cost = _cost(Reading(exchange)) or Decimal(1)
    return forge.with_header(exchange, HEADER, f"{cost * 10:.6f}")


@reads("billing.cost-exact", where=_priced, forgery=ten_times, rare=True)
def cost_exact(reading: Reading) -> Statements:
    """`x-cost-cents` is prompt and completion tokens times their prices."""
    prices, usage, cost = reading.setting.prices, reading.usage, _cost(reading)
    if prices is None or usage is None or usage.counts is None or cost is None:
        return
    prompt, spent, _ = usage.counts
    nano_usd = prompt * prices[0] + spent * prices[1]
    expected = Decimal(nano_usd) / NANO_USD_A_CENT
    if abs(cost - expected) > Decimal("0.0000005"):
        yield Finding(
            reading.at_header(HEADER),
            f"{expected:.6f}: {prompt} x {prices[0]} + {spent} x {prices[1]} nano-USD",
            str(cost),
            reading.id,
        )


def _with_usage(reading: Reading) -> bool:
    return completed_stream(reading) and reading.wanted_usage and bool(reading.stream.usages)


def _edit_cost(change: Callable[[dict[str, Any]], None]) -> Callable[[Exchange], Exchange]:
    def edit(document: Any) -> None:
        if isinstance(document, dict) and isinstance(document.get("usage"), dict):
            change(document["usage"])

    def forgery(exchange: Exchange) -> Exchange:
        return forge.each_chunk(exchange, edit)

    forgery.__doc__ = change.__doc__
    return forgery


def _forget(usage: dict[str, Any]) -> None:
    """The usage chunk names no cost."""
    usage.pop("cost", None)


@reads("billing.cost-stream", where=_with_usage, forgery=_edit_cost(_forget))
def cost_stream(reading: Reading) -> Statements:
    """The usage of a stream has `cost`."""
    usage, where = usages(reading)[-1]
    if usage.cost is ABSENT or usage.cost is None:
        yield Finding(where, "usage.cost in USD", "none", reading.id)


def _double(usage: dict[str, Any]) -> None:
    """The usage chunk names twice the cost."""
    usage["cost"] = 2 * usage["cost"]


@reads("billing.cost-stream-exact", where=_with_usage, forgery=_edit_cost(_double))
def cost_stream_exact(reading: Reading) -> Statements:
    """`usage.cost` is prompt and completion tokens times their prices."""
    prices = reading.setting.prices
    usage, where = usages(reading)[-1]
    cost = usage.cost
    if prices is None or usage.counts is None or cost is ABSENT or cost is None:
        return
    expected = (usage.counts[0] * prices[0] + usage.counts[1] * prices[1]) / 1e9
    number = isinstance(cost, int | float) and not isinstance(cost, bool)
    if not number or abs(cost - expected) > 1e-12:
        yield Finding(where, f"usage.cost {expected:.9f}", repr(cost)[:40], reading.id)
