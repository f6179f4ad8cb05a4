"""Judges of adapters, on small answers made by hand: what they accuse, and what is legal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.exchange import Exchange, Setting
from conformance.probes.adapters import base_of, selectors
from conformance.reading import Reading
from conformance.verdict import NotApplicable, hear
from tests.conformance import answers
from tests.conformance.answers import chunk, completion, request
from tests.conformance.chapters.judging import JUDGES, labelled, opinion

GATEWAY = Setting(model="base", scope="gateway", adapters=("pirate", "json"))


def answer(label: str, model: str, text: str = "Hi.", told: str | None = None) -> Exchange:
    whole = completion(model=model if told is None else told)
    whole["choices"][0]["message"]["content"] = text
    body = json.dumps(whole).encode()
    return labelled(answers.exchange(body, request=request(model=model)), label)


def refusal(label: str, status: int = 404, **parts: Any) -> Exchange:
    error = {"message": "no", "type": "not_found", "code": "adapter_not_found", "param": "model"}
    body = json.dumps({"error": {**error, **parts}}).encode()
    return labelled(replace(answers.exchange(body), status=status), label)


def echoed(identity: str, exchange: Exchange, setting: Setting = GATEWAY) -> bool | None:
    """Whether the judge accuses; None where it looks away."""
    judge, reading = JUDGES[identity], Reading(exchange, setting)
    where = getattr(judge, "where", None)
    assert where is not None
    return bool(hear(judge.judge(reading)).findings) if where(reading) else None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "told", "wrong"),
    [
        ("base:pirate", "base:pirate", False),
        ("base:pirate", "base", True),
        ("base:pirate", "pirate", True),
        ("base:nobody", "base", None),
        ("base", "base", None),
    ],
)
def test_an_adapters_answer_names_it_as_it_was_asked_for(
    model: str, told: str, wrong: bool | None
) -> None:
    assert echoed("lora.echo", answer("a", model, told=told)) is wrong
    payloads = [chunk({"content": "Hi."}, model=told), chunk(finish="stop", model=told), "[DONE]"]
    stream = answers.streamed(payloads, request=request(model=model, stream=True))
    assert echoed("lora.echo-stream", stream) is wrong


def test_elsewhere_an_adapters_name_alone_is_a_model() -> None:
    anywhere = replace(GATEWAY, scope="any")
    assert selectors(GATEWAY) == ["base:pirate"]
    assert selectors(anywhere) == ["base:pirate", "pirate"]
    assert echoed("lora.echo", answer("a", "pirate", told="pirate"), anywhere) is False
    assert echoed("lora.echo", answer("a", "pirate", told="base"), anywhere) is True


def test_the_model_under_test_may_be_an_adapter_itself() -> None:
    assert base_of(GATEWAY) == "base"
    assert base_of(replace(GATEWAY, model="base:pirate")) == "base"
    assert base_of(replace(GATEWAY, model="vendor/base:free")) == "vendor/base:free"


def _pairs(*adapter: str) -> list[Exchange]:
    found = []
    for place, text in enumerate(adapter):
        found.append(answer(f"base-{place}", "base"))
        found.append(answer(f"adapter-{place}", "base:pirate", text))
    return found


def test_one_answer_that_differs_shows_the_adapter() -> None:
    assert opinion("lora.acts", _pairs("Hi.", "Hi.", "Arr."), GATEWAY)[0] == ()
    assert opinion("lora.acts", _pairs("Hi.", "Hi.", "Hi."), GATEWAY)[0]


def test_a_base_that_keeps_the_adapter_on_is_seen_in_what_the_run_began_with() -> None:
    setting = replace(GATEWAY, greedy="1, 2, 3, 4")
    asked = [*_pairs("Arr."), answer("base-after", "base")]
    good = [*asked, answer("base-counting", "base", "1, 2")]
    assert opinion("lora.not-sticky", good, setting)[0] == ()
    bad = [*asked, answer("base-counting", "base", "Arr! 1, 2")]
    assert opinion("lora.not-sticky", bad, setting)[0]


@pytest.mark.parametrize(
    ("identity", "label", "model", "source"),
    [
        ("lora.not-sticky", "base-after", "base", "Arr."),
        ("lora.overlap", "both-base", "base", "Arr."),
        ("lora.stream", "adapter-streamed", "base:pirate", "Hi."),
    ],
)
def test_elsewhere_only_another_voice_is_a_lie(
    identity: str, label: str, model: str, source: str
) -> None:
    own = "base:pirate" if identity == "lora.not-sticky" else "base"
    anywhere = replace(GATEWAY, scope="any", model=own)
    plain = [answer("both-adapter", "base:pirate", "Arr.")]
    if label != "both-base":
        plain.append(answer("both-base", "base"))
    asked = [*_pairs("Arr."), *plain]
    varied = [*asked, answer(label, model, "Ahoy.")]
    assert opinion(identity, varied, anywhere) == ((), None)
    assert opinion(identity, varied, replace(anywhere, scope="gateway"))[0]
    lent = [*asked, answer(label, model, source)]
    assert opinion(identity, lent, anywhere)[0]


def test_nothing_is_said_where_no_adapter_could_be_chosen() -> None:
    asked = [refusal("chosen-0")]
    for identity in ("lora.acts", "lora.same-answer", "lora.conflict-refused", "lora.base-echo"):
        findings, reason = opinion(identity, asked, GATEWAY)
        assert findings == ()
        assert isinstance(reason, NotApplicable)
    assert opinion("lora.by-model", asked, GATEWAY)[0]


def _unknown(model: Exchange, field: Exchange) -> list[Exchange]:
    return [labelled(model, "unknown-model"), labelled(field, "unknown-field")]


@pytest.mark.parametrize(
    ("model", "field", "broken"),
    [
        (refusal("m"), refusal("f", param="lora"), set()),
        (refusal("m", 400), refusal("f", param="lora"), {"lora.unknown-404"}),
        (refusal("m"), refusal("f"), {"lora.unknown-param"}),
        (refusal("m", code="model_not_found"), refusal("f", param="lora"), {"lora.unknown-code"}),
        (answer("m", "base:x"), refusal("f", param="lora"), {"lora.unknown-refused"}),
        (refusal("m"), answer("f", "base"), {"lora.unknown-field-refused"}),
        (
            refusal("m", 500),
            refusal("f", param="lora"),
            {"lora.unknown-refused", "lora.unknown-404"},
        ),
    ],
)
def test_an_unknown_adapter_is_refused_in_these_words(
    model: Exchange, field: Exchange, broken: set[str]
) -> None:
    judged = (
        "lora.unknown-refused",
        "lora.unknown-field-refused",
        "lora.unknown-404",
        "lora.unknown-code",
        "lora.unknown-param",
    )
    asked = _unknown(model, field)
    assert {each for each in judged if opinion(each, asked, GATEWAY)[0]} == broken


def _listed(*entries: dict[str, Any]) -> Exchange:
    body = json.dumps({"object": "models", "data": list(entries)}).encode()
    return labelled(answers.exchange(body), "models")


BASE = {"id": "base"}
PIRATE = {"id": "base:pirate", "parent": "base", "root": "pirate"}
JSON = {"id": "base:json", "parent": "base", "root": None}


def test_every_known_adapter_is_listed_under_its_base() -> None:
    whole = [_listed(BASE, PIRATE, JSON)]
    for identity in ("lora.listed", "lora.parent", "lora.root-no-path"):
        assert opinion(identity, whole, GATEWAY) == ((), None)
    assert opinion("lora.listed", [_listed(BASE, PIRATE)], GATEWAY)[0]
    orphan = [_listed(BASE, PIRATE, {"id": "base:json"})]
    assert opinion("lora.parent", orphan, GATEWAY)[0]


@pytest.mark.parametrize("root", ["/srv/a", "~/a", "C:\\a", "../a", "file:///a", "\\\\host\\a"])
def test_a_root_that_is_a_path_of_the_host_is_seen(root: str) -> None:
    assert opinion("lora.root-no-path", [_listed(BASE, {**PIRATE, "root": root})], GATEWAY)[0]


@pytest.mark.parametrize("root", ["pirate", "google/gemma", None, "a.b", 5])
def test_a_root_that_is_a_name_is_fine(root: Any) -> None:
    assert opinion("lora.root-no-path", [_listed(BASE, {**PIRATE, "root": root})], GATEWAY)[0] == ()


def test_an_adapter_that_answers_and_is_not_listed_is_missed() -> None:
    unaware = replace(GATEWAY, adapters=())
    alone = _listed(BASE)
    answered = answer("example", "base:pirate", "Arr.")
    assert opinion("lora.listed", [alone, answered], unaware)[0]
    findings, reason = opinion("lora.listed", [alone, refusal("example")], unaware)
    assert findings == ()
    assert isinstance(reason, NotApplicable)
