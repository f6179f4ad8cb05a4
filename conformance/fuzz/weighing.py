"""Weighing: an answer against what its request was owed, one statement a requirement. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.answering import excerpt
from conformance.fuzz.owed import Owed, owed
from conformance.fuzz.violations import Fault
from conformance.obtained import refused
from conformance.reading import Reading
from conformance.verdict import Finding
from openapi import Contract


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one exchange says of one requirement: kept, or a finding."""

    requirement: str
    kind: str
    """What kind of departure it is or would be, in a word or two."""
    finding: Finding | None = None


def weigh(reading: Reading, law: Contract) -> Iterator[Weighed]:
    """Yield a statement for each requirement that the request touches; none where noise answers."""
    if reading.status is None or reading.status in (401, 402, 403, 408, 429) or _failed(reading):
        return
    debt = owed(reading.exchange.request, reading.setting, law)
    gateway = reading.setting.scope == "gateway"
    faults = [fault for fault in debt.faults if gateway or not fault.strict]
    if faults:
        yield from _refusal(reading, faults[0])
    if gateway and len(debt.faults) == 1 and not debt.open and reading.refused:
        yield from _names(reading, debt)
    if debt.because:
        yield _taken(reading, debt.because)


def _failed(reading: Reading) -> bool:
    return (reading.status or 0) >= 500


def _refusal(reading: Reading, fault: Fault) -> Iterator[Weighed]:
    finding = None
    if not reading.refused:
        finding = Finding(
            reading.at_status(),
            f"4xx, since {fault.why}",
            f"{reading.status}: {excerpt(reading)}",
            reading.id,
        )
    yield Weighed(fault.requirement, f"accepted: {fault.field or 'the body'}", finding)


def _taken(reading: Reading, requirement: str) -> Weighed:
    finding = None
    if refused(reading):
        finding = Finding(
            reading.at_status(), "an answer", f"{reading.status}: {excerpt(reading)}", reading.id
        )
    return Weighed(requirement, "refused", finding)


def _names(reading: Reading, debt: Owed) -> Iterator[Weighed]:
    fault = debt.faults[0]
    parts = (("code", fault.code), ("param", fault.param))
    for requirement, (part, wanted) in zip(fault.naming, parts, strict=True):
        if not requirement or not wanted:
            continue
        found = getattr(reading.error, part)
        finding = None
        if ("null" if found is None else found) != wanted:
            finding = Finding(
                reading.at_pointer(f"/error/{part}"),
                f"{part} {wanted}, since {fault.why}",
                repr(found)[:100] if reading.error else "none",
                reading.id,
            )
        yield Weighed(requirement, f"{part} for {fault.field or 'the body'}", finding)
