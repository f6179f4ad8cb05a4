"""What a refusal names: `code` says what is wrong, `param` says where, case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance import forge
from conformance.catalogue import ConversationJudge, Statements, TranscriptForgery, judges
from conformance.chapters.request.refused import TABLES
from conformance.probe import Probe, Transcript
from conformance.probes.request_cases import Case, Row
from conformance.probes.request_content import CONTENT, CONVERSATIONS
from conformance.probes.request_features import WISHES
from conformance.probes.request_malformed import BODIES
from conformance.probes.request_ranges import OUT_OF_RANGE
from conformance.probes.request_types import WRONG_TYPES
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable

Owed = Callable[[Row, Case], str | None]
"""What a case owes; None where the requirement is not about it."""

ROWS = {probe.name: rows for probe, rows in TABLES}


def owing(transcript: Transcript, owed: Owed) -> Iterator[tuple[Reading, str]]:
    """Yield each case that was refused with a 4xx, with what it owes."""
    for row in ROWS[transcript.probe]:
        for case in row.cases:
            reading, value = transcript.get(case.label), owed(row, case)
            if reading is None or value is None or reading.status is None:
                continue
            if 400 <= reading.status < 500 and reading.status != 429:
                yield reading, value


def naming(part: str, owed: Owed) -> ConversationJudge:
    """Return the judge that compares a part of each refusal; `null` stands for none."""

    def judge(transcript: Transcript) -> Statements:
        seen = False
        for reading, value in owing(transcript, owed):
            seen = True
            found = getattr(reading.error, part)
            if ("null" if found is None else found) != value:
                shown = "none" if not reading.error else repr(found)
                yield Finding(
                    reading.at_pointer(f"/error/{part}"), f"{part} {value}", shown[:100], reading.id
                )
        if not seen:
            raise NotApplicable("none of these requests was refused")

    judge.__doc__ = f"The `{part}` of each refusal is the one that the contract has."
    return judge


def misnaming(part: str, owed: Owed) -> TranscriptForgery:
    """Return the forgery that names something else in one refusal."""

    def forgery(transcript: Transcript) -> Transcript | None:
        for reading, _ in owing(transcript, owed):
            exchange = forge.with_json(
                reading.exchange, lambda document: document["error"].update({part: "other"})
            )
            return transcript.replacing(exchange)
        return None

    return forgery


def code(wanted: str, *requirements: str) -> Owed:
    """Return what is owed where the contract has this code, perhaps of some rows only."""

    def owed(row: Row, case: Case) -> str | None:
        chosen = not requirements or row.requirement in requirements
        return wanted if chosen and row.code_of(case) == wanted else None

    return owed


def param(wanted: str, *requirements: str, nested: bool = False) -> Owed:
    """Return the field owed where the contract has this code; of nested fields or of the rest."""

    def owed(row: Row, case: Case) -> str | None:
        if code(wanted, *requirements)(row, case) is None or not case.param:
            return None
        return case.param if ("[" in case.param) == nested else None

    return owed


def body_itself(row: Row, case: Case) -> str | None:
    """Return what is owed where no field is at fault, but the body."""
    return "null" if row.code_of(case) == "invalid_json" else None


MANY = (BODIES, WRONG_TYPES, OUT_OF_RANGE, WISHES, CONTENT, CONVERSATIONS)
TURNS = (
    "request.assistant-first-refused",
    "request.assistant-last-refused",
    "request.no-user-refused",
)
FORMATS = ("request.json-mode-refused", "request.json-schema-refused")
ROLES = ("request.unknown-role-refused", "request.tool-role-refused")
PARTS = ("request.part-unknown-refused", "request.image-refused")
LACKING = "unsupported_parameter"

CLAIMS: tuple[tuple[str, str, Owed, tuple[Probe, ...]], ...] = (
    ("request.json-code", "code", code("invalid_json"), (BODIES,)),
    ("request.json-param", "param", body_itself, (BODIES,)),
    ("request.missing-code", "code", code("missing_required_parameter"), (BODIES,)),
    ("request.missing-param", "param", param("missing_required_parameter"), (BODIES,)),
    (
        "request.missing-path",
        "param",
        param("missing_required_parameter", nested=True),
        (BODIES, CONTENT),
    ),
    ("request.messages-empty-code", "code", code("invalid_value"), (BODIES,)),
    ("request.messages-empty-param", "param", param("invalid_value"), (BODIES,)),
    ("request.type-code", "code", code("invalid_type"), (WRONG_TYPES, WISHES)),
    ("request.type-param", "param", param("invalid_type"), (WRONG_TYPES, WISHES)),
    ("request.type-path", "param", param("invalid_type", nested=True), (WRONG_TYPES,)),
    ("request.range-code", "code", code("invalid_value"), (OUT_OF_RANGE,)),
    ("request.range-param", "param", param("invalid_value"), (OUT_OF_RANGE,)),
    ("request.tools-code", "code", code(LACKING), (WISHES,)),
    ("request.tools-param", "param", param(LACKING), (WISHES,)),
    ("request.json-mode-code", "code", code("unsupported_value", *FORMATS), (WISHES,)),
    ("request.conflict-code", "code", code("invalid_value"), (WISHES,)),
    ("request.unknown-role-code", "code", code("unsupported_value", *ROLES), (CONVERSATIONS,)),
    (
        "request.unknown-role-param",
        "param",
        param("unsupported_value", *ROLES, nested=True),
        (CONVERSATIONS,),
    ),
    ("request.turns-code", "code", code("invalid_value", *TURNS), (CONVERSATIONS,)),
    ("request.turns-param", "param", param("invalid_value", *TURNS), (CONVERSATIONS,)),
    ("request.part-code", "code", code("unsupported_value", *PARTS), (CONTENT,)),
)

for _id, _part, _owed, _probes in CLAIMS:
    judges(_id, on=_probes, forgery=misnaming(_part, _owed))(naming(_part, _owed))


CEILINGS = ("max_tokens", "max_completion_tokens")
"""Two spellings of one thing: where they disagree, either may be named."""


def another(reading: Reading, field: str) -> bool:
    """Tell whether `param` names a field that has nothing to do with the one at fault."""
    found = reading.error.param
    if not isinstance(found, str) or not found.strip() or found.lower() in ("null", "none"):
        return False
    first = field.partition("[")[0].partition(".")[0]
    if first in CEILINGS and found in CEILINGS:
        return False
    return first not in found and found.rpartition(".")[2] not in field


def _at_fault(row: Row, case: Case) -> str | None:
    return case.param or None


@judges("request.param-true", on=MANY, forgery=misnaming("param", _at_fault))
def param_true(transcript: Transcript) -> Statements:
    """Where `param` names a field, it is the one at fault."""
    for reading, field in owing(transcript, _at_fault):
        if another(reading, field):
            yield Finding(
                reading.at_pointer("/error/param"),
                field,
                repr(reading.error.param)[:100],
                reading.id,
            )
