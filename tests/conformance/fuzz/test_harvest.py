"""Harvest: one cause reported once with a count, its smallest request kept, memory bounded."""

from __future__ import annotations

import json
from typing import Any

from conformance.catalogue import catalogue
from conformance.exchange import Ending, Exchange, Request, Setting
from conformance.fuzz import FUZZ
from conformance.fuzz.harvest import Harvest, families
from conformance.fuzz.kin import Family
from conformance.reading import Reading
from openapi import contract

MODEL = "google/gemma-7b-it-lora"
SETTING = Setting(
    model=MODEL, scope="gateway", context_window=4096, capabilities={"chat": "effective"}, seed=5
)
CHAPTER = frozenset(each.id for each in contract().requirements if each.id.startswith("request."))


def harvest() -> Harvest:
    return Harvest(SETTING, contract(), catalogue(contract()), CHAPTER)


def reading(*given: Any, **fields: Any) -> Family:
    return Family(None, [Reading(exchange(*given, **fields), SETTING)])


def exchange(label: str, status: int, answer: dict[str, Any], **fields: Any) -> Exchange:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello."}], **fields}
    request = Request(
        label,
        "POST",
        "/chat/completions",
        (("Content-Type", "application/json"),),
        json.dumps(body).encode(),
    )
    return Exchange(
        request,
        Ending.COMPLETE,
        probe=FUZZ,
        status=status,
        headers=(("content-type", "application/json"),),
        body=json.dumps(answer).encode(),
        began=1000.0,
        ended_at=0.5,
    )


TAKEN: dict[str, Any] = {"choices": [{"index": 0, "message": {"content": "Hi."}}]}


def refusal(code: str, param: str | None) -> dict[str, Any]:
    return {"error": {"message": "No.", "type": "t", "code": code, "param": param}}


def test_an_accepted_violation_is_one_cause_however_often_it_is_seen() -> None:
    subject = harvest()
    for number, user in enumerate(("a" * 30, "a", "a" * 9)):
        subject.take(reading(f"case-{number:06d}", 200, TAKEN, temperature=9, user=user))
    (cause,) = subject.causes.values()
    assert cause.requirement == "request.temperature-range"
    assert (cause.count, cause.first, cause.exchange.request.label) == (
        3,
        "case-000000",
        "case-000001",
    )
    assert subject.measurement("http://a/v1", {})["found"][0]["count"] == 3


def test_a_step_of_shrinking_makes_a_cause_smaller_and_counts_for_nothing() -> None:
    subject = harvest()
    subject.take(reading("case-000000", 200, TAKEN, temperature=9, user="someone"))
    subject.take(reading("shrink-000001", 200, TAKEN, temperature=9))
    (cause,) = subject.causes.values()
    assert (cause.count, cause.exchange.request.label) == (1, "shrink-000001")
    assert subject.cases == 1


def test_a_refusal_is_weighed_by_code_and_param() -> None:
    subject = harvest()
    subject.take(
        reading("case-000000", 400, refusal("invalid_value", "temperature"), temperature=9)
    )
    assert not subject.causes
    subject.take(reading("case-000001", 400, refusal("invalid_type", "top_p"), temperature=9))
    assert {cause.requirement for cause in subject.causes.values()} == {
        "request.range-code",
        "request.range-param",
    }


def test_a_legal_request_refused_is_a_cause() -> None:
    subject = harvest()
    subject.take(reading("case-000000", 400, refusal("invalid_value", "n"), n=5))
    assert [cause.requirement for cause in subject.causes.values()] == ["request.legal-answered"]


def test_noise_is_no_cause() -> None:
    subject = harvest()
    for number, status in enumerate((401, 402, 429, 500, 503)):
        subject.take(reading(f"case-{number:06d}", status, refusal("x", None), temperature=9))
    assert not subject.causes


def test_what_was_kept_is_summed_up_in_one_opinion() -> None:
    subject = harvest()
    for number in range(5):
        answer = refusal("invalid_value", "temperature")
        subject.take(reading(f"case-{number:06d}", 400, answer, temperature=9))
    (opinion,) = subject.opinions()["request.temperature-range"]
    assert (opinion.findings, opinion.count) == ((), 5)


def test_only_the_last_try_is_judged_and_cases_come_before_their_shrinking() -> None:
    first = exchange("case-000002", 503, {})
    again = Exchange(first.request, Ending.COMPLETE, probe=FUZZ, attempt=2, status=200)
    step, other = exchange("shrink-000001", 200, TAKEN), exchange("case-000001", 200, TAKEN)
    found = list(families([step, again, first, other], SETTING))
    assert [[each.exchange for each in family.readings] for family in found] == [
        [other],
        [again],
        [step],
    ]
