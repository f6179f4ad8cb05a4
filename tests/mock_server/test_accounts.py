"""Accounts as words: what can be said, what cannot, and that nothing is lost on the way."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.accounts import caller_of, document_of, nano_usd, new_caller, usd
from mock_server.keys import AccountError, Caller, Upstream, built_in
from mock_server.quota import Quota, Unit

FULL = {
    "account": "team",
    "requests_per_minute": 60,
    "requests_burst": 10,
    "requests_per_day": 1000,
    "tokens_per_minute": 2000,
    "tokens_burst": 500,
    "balance": "12.5",
    "cap": "0.000003840",
    "wallet": "parent",
    "models": ["a", "b"],
    "scopes": ["chat", "models:read"],
    "tag": "red",
    "upstream": "saturated",
    "exhausted": True,
}


def test_every_word_of_an_account_is_read() -> None:
    assert caller_of(FULL) == Caller(
        "team",
        Quota(60, burst=10),
        True,
        12_500_000_000,
        Upstream.SATURATED,
        ("a", "b"),
        ("chat", "models:read"),
        Quota(2000, burst=500, unit=Unit.TOKENS),
        1000,
        3840,
        "parent",
        "red",
    )


def test_an_account_of_one_word_has_no_limits() -> None:
    assert caller_of({"account": "a"}) == Caller("a")


@pytest.mark.parametrize("caller", [caller_of(FULL), *(one for _, one in built_in())])
def test_an_account_survives_being_written_and_read(caller: Caller) -> None:
    assert caller_of(document_of(caller)) == caller


def test_what_is_not_said_stays_and_null_takes_a_limit_away() -> None:
    changed = caller_of({"tokens_per_minute": None, "cap": None, "tag": "blue"}, caller_of(FULL))
    assert (changed.tokens, changed.cap, changed.tag) == (None, None, "blue")
    assert changed.quota == Quota(60, burst=10)


@pytest.mark.parametrize(
    ("words", "clause"),
    [
        ({}, "'account' is missing"),
        ({"acount": "a"}, "no word 'acount' for an account. Did you mean 'account'?"),
        ({"account": ""}, "'account' must be a text of 1 to 64 characters"),
        ({"account": "a/b"}, "'account' must not hold a slash"),
        ({"account": "a", "requests_per_minute": 0}, "must be from 1 to"),
        ({"account": "a", "requests_per_minute": "5"}, "must be a whole number"),
        ({"account": "a", "requests_per_minute": True}, "must be a whole number"),
        ({"account": "a", "requests_per_minute": 10**13}, "must be from 1 to"),
        ({"account": "a", "requests_burst": 5}, "without the limit it belongs to"),
        ({"account": "a", "balance": -1}, "from 0 to 10000000 USD"),
        ({"account": "a", "balance": "1e-10"}, "at most nine places"),
        ({"account": "a", "balance": "much"}, "an amount of USD"),
        ({"account": "a", "balance": float("nan")}, "an amount of USD"),
        ({"account": "a", "balance": True}, "an amount of USD"),
        ({"account": "a", "models": "all"}, "must be a list of texts"),
        ({"account": "a", "scopes": [1]}, "must be a list of texts"),
        ({"account": "a", "upstream": "asleep"}, "one of: well, down, saturated"),
        ({"account": "a", "exhausted": 1}, "must be true or false"),
    ],
)
def test_what_cannot_be_is_named(words: dict[str, Any], clause: str) -> None:
    with pytest.raises(AccountError) as caught:
        caller_of(words)
    assert clause in str(caught.value)


@pytest.mark.parametrize("words", [{"revoked": False}, {"wallet": "mock", "balance": 1}])
def test_some_words_are_not_for_a_new_account(words: dict[str, Any]) -> None:
    with pytest.raises(AccountError):
        new_caller({"account": "a", **words})
    assert caller_of({"account": "a", **words}).account == "a"


@given(st.integers(0, 10**16))
def test_money_is_exact_as_a_decimal(nano: int) -> None:
    assert nano_usd("balance", usd(nano)) == nano
    assert nano_usd("balance", Decimal(nano).scaleb(-9)) == nano


@pytest.mark.parametrize(("value", "nano"), [(0.1, 10**8), (3, 3 * 10**9), ("0.30", 3 * 10**8)])
def test_money_is_what_was_written_not_what_a_float_holds(value: Any, nano: int) -> None:
    assert nano_usd("balance", value) == nano
