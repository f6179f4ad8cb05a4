"""Where a shared state is: addresses in, addresses out, and nothing of them lost."""

import pytest

from mock_server.settings import SettingsError
from mock_server.state.place import KEPT, OWN, REMEMBERED, SHARED, Place


@pytest.mark.parametrize(
    "where",
    [
        "redis://127.0.0.1:6379/0",
        "redis://user:p%40ss@host:1/2",
        "rediss://host:6380/0",
        "unix:///tmp/redis.sock",
    ],
)
def test_the_library_gets_the_address_that_was_given(where: str) -> None:
    assert Place.of(where).url == where
    assert Place.of(f"{where}?name=team").url == where
    assert Place.of(f"{where}?name=team&db=3").url == f"{where}?db=3"


def test_a_state_without_a_name_gets_one_that_nobody_has() -> None:
    first, second = (Place.of("redis://h/0") for _ in range(2))
    assert first.name != second.name
    assert (first.fate, first.lasts) == (OWN, REMEMBERED)


def test_a_state_with_a_name_is_kept() -> None:
    place = Place.of("redis://h/0?name=team")
    assert (place.name, place.fate, place.lasts) == ("team", KEPT, None)
    assert place.key("holds") == "gonogo:{team}:holds"


@pytest.mark.parametrize(
    ("address", "workers", "fate"),
    [
        ("redis://h/0", 1, OWN),
        ("redis://h/0", 2, SHARED),
        ("unix:///tmp/r?name=team&db=1", 2, KEPT),
    ],
)
def test_what_workers_are_told_leads_to_the_same_place(
    address: str, workers: int, fate: str
) -> None:
    place = Place.of(address)
    told = Place.of(place.shared("b0b", workers).address)
    assert (told.url, told.name, told.born, told.fate) == (place.url, place.name, "b0b", fate)


@pytest.mark.parametrize("name", ["", "a/b", "x" * 65, "ü"])
def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="the name of the state"):
        Place.of(f"redis://h/0?name={name or '%20'}")
