"""Cases: decided by seed and number alone, and of every kind the fuzz promises."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.exchange import Request, Sending, Setting, Wire
from conformance.fuzz import kin, texts, texture
from conformance.fuzz.cases import ROUND, Case, Maker, subject_of
from conformance.fuzz.owed import owed
from conformance.scene import Scene
from openapi import contract

MODEL = "google/gemma-7b-it-lora"
MANY = 600


def scene(seed: int = 7) -> Scene:
    return Scene(Setting(model=MODEL, scope="gateway", context_window=4096, seed=seed))


def maker(seed: int = 7) -> Maker:
    return Maker(scene(seed), subject_of(scene(seed), contract()))


def made(seed: int = 7, many: int = MANY) -> list[Case]:
    return list(map(maker(seed).case, range(many)))


def requests(seed: int = 7, many: int = MANY) -> list[Request]:
    return [each.request for each in made(seed, many)]


def test_the_same_seed_gives_the_same_cases() -> None:
    assert requests() == requests()


def test_another_seed_gives_other_cases() -> None:
    same = sum(one.body == other.body for one, other in zip(requests(1), requests(2), strict=True))
    assert same < MANY / 10


def test_a_case_does_not_depend_on_those_before_it() -> None:
    assert maker().case(99).request == requests()[99]


def test_cases_are_legal_flawed_and_open() -> None:
    weighed = [owed(each, scene().setting, contract()) for each in requests()]
    assert sum(each.answer for each in weighed) > MANY / 5
    assert sum(bool(each.faults) for each in weighed) > MANY / 5
    assert sum(bool(each.open) for each in weighed) > MANY / 20


def test_every_way_to_vary_a_request_comes_up() -> None:
    made = requests()
    assert any(each.sending.chunks for each in made)
    assert any(each.sending.content_length for each in made)
    assert any(each.sending.expect_continue for each in made)
    assert any(each.sending.byte_by_byte for each in made)
    assert any(each.sending.pipelined for each in made)
    assert any(each.manner.byte_by_byte for each in made)
    assert any(each.manner.pause for each in made)
    assert {each.manner.close_after_events for each in made} >= set(range(1, 13))
    assert any(len(each.headers) > 1 for each in made)
    assert any(len(each.body or b"") > 10_000 for each in made)
    assert any(rb"\ud83c" in (each.body or b"") for each in made)
    assert any((each.body or b"").count(b'"messages"') > 1 for each in made)
    assert any((each.body or b"").count(b'"role"') > 20 for each in made)
    assert any((each.body or b"").startswith(b"\xff\xfe") for each in made)
    assert any(mark.encode() in (each.body or b"") for each in made for mark in texts.CONTROL)
    assert len({each.body for each in made}) > MANY * 0.85


@settings(max_examples=200, database=None)
@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner),
            max_leaves=8,
        ),
        min_size=1,
    )
)
def test_another_spelling_is_the_same_json(body: dict[str, object]) -> None:
    for spelling in texture.SPELLINGS:
        assert json.loads(spelling(body)) == body


def test_characters_of_every_plane_come_up() -> None:
    planes = {
        ord(character) >> 16
        for each in requests(many=4000)
        for character in (each.body or b"").decode(errors="ignore")
    }
    assert planes == set(range(17))


def test_two_thousand_cases_hold_every_card_of_every_deck() -> None:
    decks = maker()._decks
    for kind, deck in decks.items():
        assert 2000 // len(ROUND) * ROUND.count(kind) >= len(deck), kind


def test_off_loopback_nothing_is_sent_but_what_reads_and_chat() -> None:
    far = Scene(replace(scene().setting, loopback=False))
    sent = [Maker(far, subject_of(far, contract())).case(number).request for number in range(MANY)]
    assert {each.method for each in sent} == {"GET", "HEAD", "POST"}
    assert {each.path for each in sent if each.method == "POST"} == {"/chat/completions"}
    assert all(each.authorization == "Bearer {valid}" for each in sent)
    assert any(each.authorization is None for each in requests())


def test_every_kin_comes_up() -> None:
    assert {each.kin.name for each in made(many=2000) if each.kin} == set(kin.known())


def test_many_different_requirements_are_touched() -> None:
    faults = {
        fault.requirement
        for each in requests()
        for fault in owed(each, scene().setting, contract()).faults
    }
    assert len(faults) >= 25


def test_a_lie_about_the_length_may_fail_and_is_given_up_soon() -> None:
    cases = made()
    lying = [each for each in cases if each.request.sending.content_length is not None]
    assert lying
    assert all(each.may_fail and (each.request.timeout or 99) < 5 for each in lying)
    assert not any(each.may_fail for each in cases if each.request.sending == Sending())


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.sampled_from(ROUND), st.integers(0, 2000))
def test_hypothesis_may_throw_the_dice(dice: object, kind: str, turn: int) -> None:
    made = maker().rolled(dice, "case-000000", kind, turn)  # type: ignore[arg-type]
    request = made.request
    assert request.path == "/chat/completions" or kind == "elsewhere"
    assert request.wire is Wire.SOCKET or request.sending == Sending()
    assert request.ceiling > 0 or kind == "elsewhere" or not json.loads(request.body or b"{}")
