"""Keys: the accounts they open, and texts that must not show them."""

import pytest

from mock_server.keys import (
    DEFAULT_KEY,
    Keys,
    Upstream,
    added,
    built_in,
    credentials,
    digest,
    shown,
)
from mock_server.message import Incoming


def test_every_account_of_the_design_has_a_key() -> None:
    keys = Keys(built_in())
    states = {}
    for ending in (
        "",
        "-no-credit",
        "-over-limit",
        "-small",
        "-quick",
        "-upstream-down",
        "-saturated",
    ):
        caller = keys.caller(f"sk-aig-mock{ending}")
        assert caller is not None
        assert "sk-" not in caller.account
        states[ending] = caller
    assert len({caller.account for caller in states.values()}) == 7
    assert states[""].quota.limit == 10**9
    assert states[""].balance == 10**6 * 10**9
    assert states["-no-credit"].balance == 0
    assert states["-over-limit"].exhausted
    assert states["-small"].quota.limit == states["-quick"].quota.burst == 5
    assert states["-quick"].quota.step < states["-small"].quota.step
    assert states["-upstream-down"].upstream is Upstream.DOWN
    assert states["-saturated"].upstream is Upstream.SATURATED


@pytest.mark.parametrize("key", ["", "sk", "sk-aig-mock ", "SK-AIG-MOCK", "sk-aig-mock\udcff", "é"])
def test_a_key_nobody_has_opens_nothing(key: str) -> None:
    assert Keys(built_in()).caller(key) is None


class Shy(str):
    """A text that must not be compared: how long that takes tells how much of it is right."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        raise AssertionError(f"compared with {other!r}")


def test_a_key_is_looked_up_by_its_digest_and_compared_with_no_other() -> None:
    keys = Keys(built_in())
    assert {len(name) for name, _ in keys} == {32}
    assert DEFAULT_KEY not in repr(vars(keys))
    digest.cache_clear()
    assert keys.caller(Shy(DEFAULT_KEY)) is not None
    for wrong in (DEFAULT_KEY[:-1], DEFAULT_KEY + "x", "x" * len(DEFAULT_KEY)):
        assert keys.caller(Shy(wrong)) is None
        assert digest(wrong)[:8] != digest(DEFAULT_KEY)[:8]


def test_added_keys_work_and_may_be_for_some_models_only() -> None:
    keys = Keys(added(["sk-mine", "sk-scoped=base:a,base:b", "sk-none="]))
    mine, scoped, none = (keys.caller(key) for key in ("sk-mine", "sk-scoped", "sk-none"))
    assert mine is not None
    assert mine.models is None
    assert scoped is not None
    assert scoped.models == ("base:a", "base:b")
    assert none is not None
    assert none.models == ()


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("Bearer k", "k"),
        ("bearer  k ", "k"),
        ("  BEARER k", "k"),
        ("Bearer", ""),
        ("Basic k", None),
        ("k", None),
    ],
)
def test_credentials_are_what_follows_the_scheme(sent: str, key: str | None) -> None:
    assert credentials(sent) == key


def test_a_text_is_shown_without_the_key_it_came_with() -> None:
    asked = Incoming("GET", "/", "", {"authorization": "Bearer sk-1"}, 0)
    assert shown("you sent sk-1, twice: sk-1", asked) == "you sent [key], twice: [key]"
    assert shown("sk-1", Incoming("GET", "/", "", {}, 0)) == "sk-1"


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("other", "Send another, or the other.", "Send another, or the [key]."),
        ("a", "a model named a", "a model named a"),
        ("sk-1", "sk-12 is not sk-1", "sk-12 is not [key]"),
        ("sk-long-enough", "xsk-long-enoughx", "x[key]x"),
    ],
)
def test_a_short_key_is_hidden_where_it_is_no_part_of_a_word(
    key: str, text: str, told: str
) -> None:
    asked = Incoming("GET", "/", "", {"authorization": f"Bearer {key}"}, 0)
    assert shown(text, asked) == told
