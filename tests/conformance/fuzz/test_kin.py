"""Pairs: how the other request is made, and what counts as not hanging together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.exchange import Ending, Exchange, Request, Setting
from conformance.fuzz import kin
from conformance.fuzz.kin import Family, again, kin_of, root_of
from conformance.reading import Reading

MODEL = "m"
SETTING = Setting(model=MODEL, scope="gateway", capabilities={"deterministic": "effective"})
BODY = {"model": MODEL, "messages": [{"role": "user", "content": "Count to three."}],
        "temperature": 0, "max_tokens": 20}  # fmt: skip
SEA = "The sea is wide and deep and older than any ship."


def request(label: str = "case-000018", **fields: Any) -> Request:
    data = json.dumps({**BODY, **fields}, separators=(",", ":")).encode()
    return Request(label, "POST", "/chat/completions", body=data)


def answered(
    request: Request, *texts: str, status: int = 200, prompt: int = 9, spent: int = 12,
    finish: str = "stop",
) -> Reading:  # fmt: skip
    choices = [
        {"index": index, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        for index, text in enumerate(texts or (SEA,))
    ]
    usage = {"prompt_tokens": prompt, "completion_tokens": spent, "total_tokens": prompt + spent}
    document: dict[str, Any] = {"id": request.label, "choices": choices, "usage": usage}
    if status != 200:
        document = {"error": {"message": "No.", "type": "t"}}
    headers = (("content-type", "application/json"),)
    return Reading(
        Exchange(request, Ending.COMPLETE, probe="fuzz", status=status, headers=headers,
                 body=json.dumps(document).encode()),
        SETTING,
    )  # fmt: skip


def other(name: str, answer: Reading, **fields: Any) -> Request:
    made = kin.known()[name].request(answer.exchange.request, answer)
    assert made is not None
    return made


def broken(name: str, first: Reading, second: Reading) -> set[str]:
    """Return what a pair breaks that is seen twice."""
    relation = kin.known()[name]
    family = Family(relation, [first, second, first, second])
    return {each.requirement for each in family.weighed() if each.finding}


def test_labels_tell_family_and_kin() -> None:
    first = request()
    label = other("longer", answered(first)).label
    assert (root_of(label), kin_of(label)) == ("case-000018", "longer")
    second = again(replace(first, label=label)).label
    assert (root_of(second), kin_of(second)) == ("case-000018", "longer")
    assert (root_of(first.label), kin_of(first.label)) == ("case-000018", "")


@pytest.mark.parametrize("name", sorted(kin.known()))
def test_the_other_request_depends_on_body_and_answer_alone(name: str) -> None:
    system = [{"role": "system", "content": "Be brief."}, *BODY["messages"]]  # type: ignore[misc]
    first = answered(request(messages=system if name == "folded" else BODY["messages"]))
    made = other(name, first)
    relabelled = replace(first.exchange, request=replace(first.exchange.request, label="shrink-1"))
    again = kin.known()[name].request(relabelled.request, Reading(relabelled, SETTING))
    assert again is not None
    assert again.body == made.body
    assert name == "twice" or made.body != first.exchange.request.body


def test_what_shows_only_once_is_not_held_against_anyone() -> None:
    first = answered(request())
    same = answered(other("twice", first))
    odd = answered(other("twice", first), "Other words.")
    relation = kin.known()["twice"]
    assert Family(relation, [first, odd]).doubtful
    assert not Family(relation, [first, same]).doubtful
    told = list(Family(relation, [first, odd, first, same]).weighed())
    assert told
    assert not any(each.finding for each in told)


def test_noise_on_either_side_says_nothing() -> None:
    first = answered(request())
    for status in (401, 429, 500, 503):
        noisy = answered(other("twice", first), status=status)
        assert list(Family(kin.known()["twice"], [first, noisy]).weighed()) == []


def test_a_stop_text_is_cut_from_the_first_answer_and_leaves_what_came_before() -> None:
    first = answered(request())
    made = other("stopped", first)
    stop = json.loads(made.body or b"")["stop"]
    pieces = [stop] if isinstance(stop, str) else stop
    piece = next(each for each in pieces if each in SEA)
    left = SEA[: SEA.find(piece)]
    made = replace(made, body=(made.body or b"").replace(b'"stream":true,', b'"s":1,'))
    assert broken("stopped", first, answered(made, left)) == set()
    assert broken("stopped", first, answered(made, left + piece + "!")) == {
        "sampling.stop-nothing-after"
    }
    assert broken("stopped", first, answered(made, left[:-4])) == {"sampling.stop-nothing-lost"}
    cut = answered(made, left, finish="length")
    assert broken("stopped", first, cut) == {"sampling.stop-finish"}
    refused = answered(made, status=400)
    assert broken("stopped", first, refused) == {"sampling.stop-accepted"}


def test_a_lower_cap_gives_the_beginning_and_counts_it() -> None:
    first = answered(request())
    made = other("lower", first)
    assert json.loads(made.body or b"")["max_tokens"] == 6
    good = answered(made, SEA[:15], spent=6, finish="length")
    assert broken("lower", first, good) == set()
    assert broken("lower", first, answered(made, "No, " + SEA[:9], spent=6, finish="length")) == {
        "sampling.cap-prefix"
    }
    assert broken("lower", first, answered(made, SEA[:15], spent=6)) == {"sampling.cap-length"}
    assert broken("lower", first, answered(made, SEA[:15], spent=9, finish="length")) == {
        "usage.completion-cap"
    }


def test_what_means_the_same_is_answered_the_same() -> None:
    first = answered(request())
    for name, requirement in (
        ("spelt", "request.json-spelling-neutral"),
        ("nulls", "request.null-neutral"),
        ("unknown", "request.unknown-field-neutral"),
        ("kept", "request.known-field-neutral"),
        ("defaults", "sampling.defaults-neutral"),
        ("newer", "sampling.completion-cap-same"),
        ("part", "request.parts-as-text"),
        ("parts", "request.parts-joined"),
    ):
        made = other(name, first)
        assert broken(name, first, answered(made)) == set()
        assert broken(name, first, answered(made, "Other words.")) == {requirement}


def test_two_choices_cost_one_prompt_and_say_what_one_says() -> None:
    first = answered(request())
    made = other("two", first)
    assert broken("two", first, answered(made, SEA, SEA, spent=24)) == set()
    assert broken("two", first, answered(made, SEA, spent=12)) == {"sampling.n-acts"}
    assert broken("two", first, answered(made, SEA, SEA, spent=12)) == {"usage.n-completion-sum"}
    assert broken("two", first, answered(made, SEA, SEA, prompt=18, spent=24)) == {
        "usage.n-prompt-once"
    }
    assert broken("two", first, answered(made, SEA, "Other.", spent=24)) == {"sampling.n-cap"}


def test_a_longer_prompt_has_more_tokens_and_other_parameters_have_none() -> None:
    first = answered(request())
    assert broken("longer", first, answered(other("longer", first), prompt=21)) == set()
    assert broken("longer", first, answered(other("longer", first))) == {"usage.prompt-grows"}
    assert broken("sampled", first, answered(other("sampled", first), prompt=10)) == {
        "usage.prompt-parameters"
    }


def test_an_answer_that_is_not_greedy_is_not_compared_by_its_words() -> None:
    first = answered(request(temperature=1))
    for name in ("twice", "streamed", "spelt", "part", "lower"):
        made = other(name, first)
        assert broken(name, first, answered(made, "Other words.")) <= {"stream.same-choices"}


def test_a_target_that_varies_is_not_compared_by_its_words() -> None:
    varied = replace(SETTING, capabilities={"deterministic": "absent"})
    first = answered(request())
    first = Reading(first.exchange, varied)
    for name in ("twice", "spelt", "part", "lower", "two"):
        second = Reading(answered(other(name, first), "Other words.").exchange, varied)
        texts = {
            each for each in broken(name, first, second) if not each.startswith("sampling.n-a")
        }
        assert texts == set()
