"""Arrivals: a sequence like any other, kept in less room."""

from conformance.arrivals import Arrival, Arrivals

TWO = (Arrival(0, 0.25), Arrival(5, 0.5, 3))


def kept(*given: Arrival) -> Arrivals:
    arrivals = Arrivals()
    for one in given:
        arrivals.add(one.start, one.at, one.chunk)
    return arrivals


def test_what_was_added_is_there_in_its_order() -> None:
    arrivals = kept(*TWO)
    assert (len(arrivals), arrivals[0], arrivals[-1]) == (2, *TWO)
    assert tuple(arrivals) == TWO
    assert (arrivals[:1], arrivals[::-1]) == (TWO[:1], TWO[::-1])
    assert TWO[1] in arrivals


def test_they_equal_any_sequence_of_the_same() -> None:
    assert kept(*TWO) == TWO
    assert kept(*TWO) == TWO
    assert kept(*TWO) != TWO[:1]
    assert kept() != 0
    assert hash(kept(*TWO)) == hash(TWO)
    assert repr(kept(*TWO)) == repr(TWO)
