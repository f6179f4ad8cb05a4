"""Keys: who is let in, who is not, and what a refusal says."""

from dataclasses import replace
from json import dumps as dump

import pytest

from conformance.exchange import Exchange
from conformance.verdict import Inconclusive, NotApplicable
from tests.conformance.answers import completion, exchange
from tests.conformance.chapters.judging import found, labelled, opinion

WORKS = labelled(exchange(dump(completion()).encode()), "valid")
REFUSED = b'{"error":{"message":"no","type":"authentication_error","param":null,"code":"x"}}'


def refused(label: str, status: int = 401, challenge: str | None = "Bearer") -> Exchange:
    headers = [("Content-Type", "application/json")]
    headers += [("WWW-Authenticate", challenge)] if challenge is not None else []
    return labelled(exchange(REFUSED, status=status, headers=tuple(headers)), label)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_wrong_key_may_be_refused_with_any_4xx(status: int) -> None:
    findings, undecided = opinion("auth.wrong-key-refused", [WORKS, refused("wrong", status)])
    assert not findings
    assert undecided is None


@pytest.mark.parametrize("status", [200, 302, 500])
def test_a_door_that_opens_or_breaks_is_no_refusal(status: int) -> None:
    findings, _ = opinion("auth.wrong-key-refused", [WORKS, refused("wrong", status)])
    assert findings


def test_a_key_that_is_limited_just_now_says_nothing_of_keys() -> None:
    _, undecided = opinion("auth.empty-key-refused", [WORKS, refused("empty", 429)])
    assert isinstance(undecided, Inconclusive)


def test_a_limit_that_only_wrong_keys_meet_is_how_they_are_refused() -> None:
    wrong = [refused(label, 429) for label in ("wrong", "wrong-again-0", "wrong-again-1")]
    after = replace(WORKS, request=replace(WORKS.request, label="valid-after"))
    assert opinion("auth.wrong-key-401", [WORKS, *wrong, after])[0]
    assert not opinion("auth.wrong-key-refused", [WORKS, *wrong, after])[0]
    limited = replace(after, status=429)
    assert isinstance(opinion("auth.wrong-key-401", [WORKS, *wrong, limited])[1], Inconclusive)


def test_a_target_that_refuses_the_right_key_too_is_not_praised_for_the_wrong_one() -> None:
    _, undecided = opinion("auth.wrong-key-refused", [refused("valid"), refused("wrong")])
    assert isinstance(undecided, Inconclusive)


def test_401_and_refusal_are_two_promises() -> None:
    pair = [WORKS, refused("wrong", 403)]
    assert not opinion("auth.wrong-key-refused", pair)[0]
    assert opinion("auth.wrong-key-401", pair)[0]


def test_a_target_that_asks_for_no_key_is_told_so_once() -> None:
    taken = [WORKS, refused("no-key", 200), refused("wrong", 200)]
    assert opinion("auth.no-key-refused", taken)[0]
    for more in ("auth.no-key-401", "auth.wrong-key-refused", "auth.wrong-key-401"):
        findings, undecided = opinion(more, taken)
        assert not findings
        assert isinstance(undecided, NotApplicable)
    careless = [WORKS, refused("no-key"), refused("wrong", 200)]
    assert opinion("auth.wrong-key-refused", careless)[0]


def test_a_refusal_in_a_stream_that_has_begun_is_no_refusal() -> None:
    begun = replace(refused("streamed", 200), body=b"data: " + REFUSED + b"\n\n")
    assert opinion("auth.stream-refused", [WORKS, refused("wrong"), begun])[0]
    assert not opinion("auth.stream-refused", [WORKS, refused("wrong"), refused("streamed")])[0]


def test_a_challenge_is_there_in_any_case_of_its_header() -> None:
    assert not found("auth.challenge", refused("wrong"))
    assert found("auth.challenge", refused("wrong", challenge=None))


def test_a_challenge_may_name_other_schemes_beside_bearer() -> None:
    both = refused("wrong", challenge='Basic realm="x", Bearer error="invalid_token"')
    assert not found("auth.challenge-bearer", both)
    assert found("auth.challenge-bearer", refused("wrong", challenge='Basic realm="x"'))
