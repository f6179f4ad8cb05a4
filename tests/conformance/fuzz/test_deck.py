"""Decks: every card once before any comes again, in an order that the seed decides."""

from __future__ import annotations

from conformance.fuzz.deck import dealt

CARDS = tuple("abcdefghij")


def hand(seed: int, name: str = "a") -> list[str]:
    return [dealt(CARDS, name, seed, number) for number in range(30)]


def test_each_lap_holds_every_card() -> None:
    cards = hand(1)
    assert all(sorted(cards[start : start + 10]) == list(CARDS) for start in (0, 10, 20))


def test_the_seed_the_name_and_the_lap_decide_the_order() -> None:
    assert hand(1) == hand(1)
    assert hand(1) != hand(2)
    assert hand(1) != hand(1, "b")
    assert hand(1)[:10] != hand(1)[10:20]
