"""Keys that come, change and go while the mock runs."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from mock_server.keys import AccountError, Caller, Keys, built_in
from mock_server.quota import Quota
from mock_server.registry import caller, change, everyone, issue, revoke
from mock_server.state import granted
from mock_server.state.memory import State
from tests.mock_server.driving import LOOP


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def keys() -> Keys:
    return Keys(built_in())


def done(state: State, flow: Generator[Any, Any, Any]) -> Any:
    return LOOP.run_until_complete(granted(state, flow, lambda: 0))


def test_a_new_key_opens_its_account_until_it_is_revoked(state: State, keys: Keys) -> None:
    assert done(state, caller(keys, "sk-new")) is None
    name = done(state, issue(keys, "sk-new", Caller("team", Quota(7))))
    assert done(state, caller(keys, "sk-new")) == Caller("team", Quota(7))
    assert "sk-new" not in name
    assert done(state, revoke(keys, name))
    assert done(state, caller(keys, "sk-new")) is None
    assert not done(state, revoke(keys, name))


def test_a_key_of_the_start_can_be_revoked_and_made_again(state: State, keys: Keys) -> None:
    ((name, mock),) = [one for one in keys if one[1].account == "mock"]
    assert not keys.changed
    assert done(state, revoke(keys, name))
    assert keys.changed
    assert done(state, caller(keys, "sk-aig-mock")) is None
    assert mock.account not in {one.account for one in done(state, everyone(keys)).values()}
    done(state, issue(keys, "sk-aig-mock", mock))
    assert done(state, caller(keys, "sk-aig-mock")) == mock


def test_a_key_is_not_given_twice(state: State, keys: Keys) -> None:
    with pytest.raises(AccountError, match="exists already"):
        done(state, issue(keys, "sk-aig-mock", Caller("thief")))
    assert done(state, caller(keys, "sk-aig-mock")) == Caller("mock")


def test_a_change_reaches_every_key_of_an_account_and_no_other(state: State, keys: Keys) -> None:
    done(state, issue(keys, "sk-one", Caller("team")))
    done(state, issue(keys, "sk-two", Caller("team")))
    after = done(state, change(keys, "team", lambda one: replace(one, quota=Quota(3))))
    assert [one.quota.limit for one in after] == [3, 3]
    for key, limit in (("sk-one", 3), ("sk-two", 3), ("sk-aig-mock", 10**9)):
        assert done(state, caller(keys, key)).quota.limit == limit
    assert done(state, change(keys, "nobody", lambda one: one)) == []
