"""What may be asked: judges of refusals, acceptances and relations, on small conversations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.answering import CONTROL
from conformance.chapters.request.codes import ROWS
from conformance.exchange import Ending, Exchange, Setting
from conformance.probe import Transcript
from conformance.probes.request_accepted import escaped, pretty
from conformance.probes.request_cases import Case, body_of, request_of
from conformance.scene import Scene
from conformance.verdict import Inconclusive, NotApplicable, hear
from tests.conformance.answers import completion, exchange
from tests.conformance.chapters.judging import JUDGES, labelled, opinion

GATEWAY = Setting(model="m", scope="gateway", capabilities={"deterministic": "effective"})


def answered(label: str, text: str = "ok", prompt: int = 10) -> Exchange:
    message = {"role": "assistant", "content": text}
    document = completion(
        choices=[{"index": 0, "message": message, "finish_reason": "stop"}],
        usage={"prompt_tokens": prompt, "completion_tokens": 2, "total_tokens": prompt + 2},
    )
    return labelled(exchange(json.dumps(document).encode()), label)


def refused(label: str, status: int = 400, **error: Any) -> Exchange:
    parts = {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}
    body = json.dumps({"error": {**parts, **error}}).encode()
    return labelled(exchange(body, status=status), label)


def silent(label: str) -> Exchange:
    return labelled(exchange(b"", status=None, ending=Ending.RESET), label)


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_any_4xx_refuses_a_malformed_request(status: int) -> None:
    cases = [refused("model-missing", status)]
    assert opinion("request.model-required", cases) == ((), None)


@pytest.mark.parametrize(
    "bad", [answered("model-missing"), refused("model-missing", 500), refused("model-missing", 302)]
)
def test_a_malformed_request_is_neither_answered_nor_a_breakdown(bad: Exchange) -> None:
    findings, _ = opinion("request.model-required", [answered(CONTROL), bad])
    assert len(findings) == 1


@pytest.mark.parametrize(
    "noise",
    [
        [refused("model-missing", 429)],
        [silent("model-missing")],
        [refused(CONTROL, 503), refused("model-missing", 503)],
    ],
)
def test_noise_decides_nothing(noise: list[Exchange]) -> None:
    findings, undecided = opinion("request.model-required", noise)
    assert findings == ()
    assert isinstance(undecided, Inconclusive)


def test_a_legal_request_that_is_refused_is_a_finding() -> None:
    taken = [answered("temperature-two")]
    assert opinion("request.temperature-edges", taken) == ((), None)
    assert opinion("request.temperature-edges", [refused("temperature-two")])[0]


def codes(identity: str, probe: str, *exchanges: Exchange) -> tuple[int, bool]:
    """How many findings the judge of a part has, and whether it decided."""
    judge = JUDGES[identity]
    heard = hear(judge.judge(Transcript(probe, GATEWAY, exchanges)))  # type: ignore[arg-type]
    return len(heard.findings), heard.undecided is None


def test_code_and_param_are_held_against_the_contract() -> None:
    good = refused("temperature-word", param="temperature", code="invalid_type")
    for identity in ("request.type-code", "request.type-param"):
        assert codes(identity, "request-types", good) == (0, True)
    bad = refused("temperature-word", param="top_p", code="bad_type")
    for identity in ("request.type-code", "request.type-param", "request.param-true"):
        assert codes(identity, "request-types", bad) == (1, True)


def test_a_param_that_names_nothing_or_the_path_is_not_a_wrong_one() -> None:
    for param in (None, "", "body.temperature", "temperature", 7, ["temperature"]):
        one = refused("temperature-word", param=param)
        assert codes("request.param-true", "request-types", one) == (0, True)


def test_codes_are_not_judged_where_nothing_was_refused() -> None:
    assert codes("request.type-code", "request-types", answered("temperature-word")) == (0, False)


def test_the_same_answer_with_and_without_instructions_is_a_finding() -> None:
    heard = [answered(CONTROL, "sea"), answered("turns-last", "rivers"), answered("system", "MER")]
    assert opinion("request.system-acts", heard, GATEWAY) == ((), None)
    deaf = [*heard[:2], answered("system", "sea")]
    assert opinion("request.system-acts", deaf, GATEWAY)[0]


def test_a_server_with_one_answer_for_everything_is_not_accused_of_deafness() -> None:
    canned = [answered(label, "Hello.") for label in (CONTROL, "turns-last", "system")]
    findings, undecided = opinion("request.system-acts", canned, GATEWAY)
    assert findings == ()
    assert isinstance(undecided, NotApplicable)


def test_where_answers_vary_only_the_count_of_tokens_tells() -> None:
    varied = [answered(CONTROL, "a"), answered("turns-last", "b"), answered("system", "a", 20)]
    assert opinion("request.system-acts", varied, Setting()) == ((), None)
    varied[2] = answered("system", "c", 10)
    assert opinion("request.system-acts", varied, Setting())[0]


def wished(text: str, finish: str = "stop") -> list[Exchange]:
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "message": message, "finish_reason": finish}]
    body = json.dumps(completion(choices=choices)).encode()
    return [labelled(exchange(body), label) for label in ("json-mode", "json-by-schema")]


@pytest.mark.parametrize(
    ("text", "finish", "ignored"),
    [
        ('{"sea": "wide"}', "stop", False),
        ('{"sea": "wi', "length", False),
        ("The sea is wide.", "stop", True),
        ("The sea is", "length", True),
        ('```json\n{"sea": 1}\n```', "stop", True),
    ],
)
def test_json_that_was_asked_for_is_json(text: str, finish: str, ignored: bool) -> None:
    for identity in ("request.json-mode-not-ignored", "request.json-schema-not-ignored"):
        assert bool(opinion(identity, wished(text, finish))[0]) is ignored


def test_an_image_that_changes_nothing_was_dropped() -> None:
    seen = [answered(CONTROL, "a", 10), answered("image", "a", 300)]
    assert opinion("request.image-not-ignored", seen) == ((), None)
    assert opinion("request.image-not-ignored", [seen[0], refused("image")]) == ((), None)
    assert opinion("request.image-not-ignored", [seen[0], answered("image", "a", 10)])[0]


def test_marks_that_cost_nothing_were_taken_out() -> None:
    def spoken(marks: int, text: str) -> list[Exchange]:
        return [
            each
            for place in (0, 1)
            for each in (
                answered(f"marks-{place}", text, marks),
                answered(f"decoys-{place}", "x", 50),
                answered(f"none-{place}", "y", 20),
            )
        ]

    assert opinion("request.marks-are-text", spoken(48, "z"), GATEWAY) == ((), None)
    assert opinion("request.marks-are-text", spoken(26, "z"), GATEWAY)[0]
    assert opinion("request.marks-are-text", spoken(48, "y"), GATEWAY)[0]


def test_odd_spellings_are_the_same_json() -> None:
    fields, body = body_of(Scene(GATEWAY), {"stop": ["\n"]})
    assert json.loads(pretty(body)) == json.loads(escaped(body)) == fields
    assert b"model" not in escaped(body)


def test_labels_are_unique_and_every_case_can_be_sent() -> None:
    for probe, rows in ROWS.items():
        labels = [case.label for row in rows for case in row.cases]
        assert len(labels) == len(set(labels)), probe
        for row in rows:
            for case in row.cases:
                assert isinstance(case, Case)
                assert request_of(Scene(GATEWAY), case).body is not None


def test_a_parameter_that_an_endpoint_lacks_has_no_edges() -> None:
    lacking = [refused("penalties-low", code="unsupported_parameter")]
    findings, reason = opinion("request.penalty-edges", lacking)
    assert findings == ()
    assert isinstance(reason, NotApplicable)
    narrow = [refused("penalties-low", code="invalid_value")]
    assert len(opinion("request.penalty-edges", narrow)[0]) == 1
