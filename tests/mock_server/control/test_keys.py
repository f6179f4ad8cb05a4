"""Keys that a test makes, uses and revokes through the control API."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.app import App
from tests.mock_server.control.asking import TOKEN, control
from tests.mock_server.driving import MODEL, Answer, ask, body, exchange, mock


@pytest.fixture
def app() -> App:
    return mock(control_token=TOKEN)


def using(app: App, key: str, **asked: Any) -> Answer:
    return ask(app, body(**asked), headers={"authorization": f"Bearer {key}"})


def test_a_key_is_made_works_and_is_revoked(app: App) -> None:
    made = control(app, "POST", "keys", {"account": "team", "balance": 1}).document
    assert made["key"].startswith("sk-aig-")
    assert len(made["key"]) > 40
    assert using(app, made["key"]).status == 200
    gone = control(app, "DELETE", f"keys/{made['id']}")
    assert gone.document == {"id": made["id"], "revoked": True}
    refused = using(app, made["key"])
    assert (refused.status, refused.error["code"]) == (401, "invalid_api_key")
    assert control(app, "DELETE", f"keys/{made['id']}").status == 404


def test_a_key_of_ones_own_has_limits_scopes_and_models(app: App) -> None:
    words = {
        "key": "sk-rehearsal",
        "account": "team",
        "requests_per_minute": 2,
        "models": [f"{MODEL}:pirate"],
        "scopes": ["chat"],
    }
    assert control(app, "POST", "keys", words).status == 200
    assert using(app, "sk-rehearsal").error["code"] == "scope_exceeded"
    listing = exchange(app, "GET", "/v1/models", headers={"authorization": "Bearer sk-rehearsal"})
    assert (listing.status, listing.error["code"]) == (403, "scope_exceeded")
    assert using(app, "sk-rehearsal", lora="pirate").status == 429


def test_two_keys_of_one_account_share_its_wallet_and_quota(app: App) -> None:
    for key in ("sk-first-key", "sk-second-key"):
        words = {"key": key, "account": "team", "requests_per_minute": 2, "balance": 1}
        assert control(app, "POST", "keys", words).status == 200
    assert using(app, "sk-first-key").headers["x-ratelimit-remaining-requests"] == "1"
    assert using(app, "sk-second-key").headers["x-ratelimit-remaining-requests"] == "0"
    (wallet,) = [
        each["wallet"]
        for each in control(app, "GET", "accounts").document["accounts"]
        if each["account"] == "team"
    ]
    assert (wallet["opening"], wallet["charged"] > 0) == (10**9, True)


def test_no_page_tells_the_text_of_a_key(app: App) -> None:
    control(app, "POST", "keys", {"key": "sk-rehearsal", "account": "team"})
    using(app, "sk-rehearsal")
    for page in ("keys", "accounts", "ledger", "journal"):
        told = control(app, "GET", page).body
        assert b"team" in told
        assert b"sk-" not in told


@pytest.mark.parametrize(
    ("words", "clause"),
    [
        ({}, "'account' is missing"),
        ({"account": "a", "rpm": 5}, "there is no word 'rpm'"),
        ({"account": "a", "key": "short"}, "'key' must be 8 to 200 visible ASCII characters"),
        ({"account": "a", "key": "with a space"}, "'key' must be"),
        ({"account": "a", "key": 5}, "'key' must be"),
        ({"account": "a", "key": "sk-aig-mock"}, "this key exists already"),
        ({"account": "a", "wallet": "nobody"}, "'wallet' names 'nobody', which is no account"),
        ({"account": "a", "wallet": "mock", "balance": 1}, "spends from another's 'wallet'"),
    ],
)
def test_a_key_that_cannot_be_is_refused_and_nothing_changes(
    app: App, words: dict[str, Any], clause: str
) -> None:
    before = control(app, "GET", "keys").document
    answer = control(app, "POST", "keys", words)
    assert answer.status == 400
    assert clause in answer.error["message"]
    assert control(app, "GET", "keys").document == before
    assert using(app, "sk-aig-mock").status == 200
