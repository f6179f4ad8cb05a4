"""A difference between two answers counts only if it stays."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conformance.exchange import Exchange, Setting
from conformance.probe import Together, Transcript
from conformance.scene import Scene
from conformance.settling import differing, settle
from conformance.verdict import NotApplicable
from tests.conformance.answers import completion, exchange
from tests.conformance.chapters.judging import labelled

PAIRS = (("odd", "plain"),)


def said(label: str, text: str, status: int = 200) -> Exchange:
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    body = json.dumps(completion(choices=choices)).encode()
    return labelled(exchange(body, status=status), label)


def asked_again(*exchanges: Exchange) -> list[str]:
    """Labels of the requests that are made again."""
    script = settle(Scene(Setting()), exchanges, PAIRS)
    labels: list[str] = []
    try:
        step = next(script)
        while isinstance(step, Together):
            labels += [request.label for request in step.requests]
            step = script.send(tuple(replace(exchanges[0], request=r) for r in step.requests))
    except StopIteration:
        pass
    return labels


def transcript(*exchanges: Exchange) -> Transcript:
    return Transcript("one", Setting(), exchanges)


def test_equal_answers_are_not_asked_for_again() -> None:
    assert asked_again(said("odd", "a"), said("plain", "a")) == []
    assert list(differing(transcript(said("odd", "a"), said("plain", "a")), PAIRS)) == []


def test_differing_answers_are_asked_for_twice_more() -> None:
    labels = asked_again(said("odd", "a"), said("plain", "b"))
    assert labels == ["odd~2", "plain~2", "odd~3", "plain~3"]


def test_a_refused_one_is_passed_over() -> None:
    pair = said("odd", "a", 400), said("plain", "b")
    assert asked_again(*pair) == []
    with pytest.raises(NotApplicable):
        list(differing(transcript(*pair), PAIRS))


def test_a_difference_that_stays_is_a_finding() -> None:
    steady = [said(f"odd{end}", "a") for end in ("", "~2", "~3")]
    steady += [said(f"plain{end}", "b") for end in ("", "~2", "~3")]
    assert len(list(differing(transcript(*steady), PAIRS))) == 1


def test_answers_that_vary_by_themselves_prove_nothing() -> None:
    varying = [said("odd", "a"), said("odd~2", "c"), said("plain", "b"), said("plain~2", "b")]
    with pytest.raises(NotApplicable, match="vary"):
        list(differing(transcript(*varying), PAIRS))
