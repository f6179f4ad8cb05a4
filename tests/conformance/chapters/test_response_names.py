"""The model that answers to one and the same request name, on small answers made by hand."""

from __future__ import annotations

import json

import pytest

from conformance.chapters.response.names import same_model
from conformance.exchange import Exchange
from conformance.verdict import NotApplicable
from tests.conformance import answers
from tests.conformance.answers import completion, request
from tests.conformance.chapters.judging import labelled, opinion

ASKED = "acme/m-7b"


def answered(label: str, model: str, text: str = "hi") -> Exchange:
    body = json.dumps(completion(model=model)).encode()
    messages = [{"role": "user", "content": text}]
    return labelled(answers.exchange(body, request=request(model=ASKED, messages=messages)), label)


def said(*models: str) -> int:
    exchanges = [answered(f"try-{place}", model) for place, model in enumerate(models)]
    return len(opinion("response.model-steady", exchanges)[0])


@pytest.mark.parametrize(
    ("models", "accused"),
    [
        ((ASKED, ASKED, ASKED), 0),
        ((ASKED, "other", ASKED), 1),
        ((ASKED, ASKED, "other"), 1),
        (("other", ASKED, "another"), 2),
        ((ASKED, "acme/m-7b-lite"), 1),
        ((ASKED, "acme/m-7b-2024-08-06", "m-7b", "/srv/M-7B", "acme/m-7b@latest"), 0),
        (("acme/small", "acme/large", "acme/small"), 0),
        ((ASKED, ""), 0),
    ],
)
def test_a_model_is_another_only_beside_the_one_that_was_asked_for(
    models: tuple[str, ...], accused: int
) -> None:
    assert said(*models) == accused


def test_answers_to_other_requests_prove_nothing_and_neither_does_a_single_one() -> None:
    one, other = answered("one", ASKED), answered("two", "other", "bye")
    findings, undecided = opinion("response.model-steady", [one, other])
    assert (findings, type(undecided)) == ((), NotApplicable)


def test_equal_labels_of_two_conversations_are_not_mixed_up() -> None:
    exchanges = [answered("plain", ASKED), answered("plain", "other")]
    assert len(opinion("response.model-steady", exchanges)[0]) == 1


def test_what_looks_like_a_release_is_the_same_model() -> None:
    for name in ("m-7b", "x/m-7b", "m-7b-2024-05-13", "m-7b:latest", "m-7b-v2", "m-7b-0613"):
        assert same_model(name, ASKED), name
    for name in ("m-70b", "m-7b-mini", "m", "other", "m-7b-instruct-2024"):
        assert not same_model(name, ASKED), name
