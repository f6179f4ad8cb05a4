"""Wallets and limits, looked at and changed through the control API."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.app import App
from mock_server.keys import Caller
from mock_server.quota import SECOND, Quota, Unit
from tests.mock_server.control.asking import TOKEN, control
from tests.mock_server.driving import Answer, ask, body, ledger, mock

USD = 1_000_000_000
POOR = {"authorization": "Bearer sk-aig-mock-no-credit"}
SMALL = {"authorization": "Bearer sk-aig-mock-small"}


class Clock:
    """A clock that only moves when told."""

    def __init__(self) -> None:
        self.now = 1_800_000_000 * SECOND

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> App:
    child = Caller("child", wallet="no-credit", cap=2 * USD)
    busy = Caller("busy", Quota(60, burst=10), tokens=Quota(600, unit=Unit.TOKENS), daily=9)
    return mock(clock=clock, control_token=TOKEN, accounts={"sk-child": child, "sk-busy-one": busy})


def view(app: App, account: str) -> dict[str, Any]:
    answer = control(app, "GET", f"accounts/{account}")
    assert answer.status == 200
    found: dict[str, Any] = answer.document
    return found


def test_an_empty_wallet_is_filled_and_the_books_reconcile(app: App) -> None:
    assert ask(app, headers=POOR).status == 402
    filled = control(app, "POST", "accounts/no-credit/wallet", {"top_up": "0.001"})
    assert filled.document["wallet"]["available"] == 1_000_000
    answer = ask(app, headers=POOR)
    assert answer.status == 200
    wallet = view(app, "no-credit")["wallet"]
    charged = sum(entry["cost"] for entry in ledger(app)["entries"])
    assert charged == round(float(answer.headers["x-cost-cents"]) * 10_000_000) > 0
    assert charged == wallet["opening"] + wallet["paid_in"] - wallet["available"] - wallet["held"]
    assert wallet["balance"] == 1_000_000 - charged == wallet["charged"] * -1 + 1_000_000


def test_a_wallet_is_drained_and_set(app: App) -> None:
    assert control(app, "POST", "accounts/mock/wallet", {"drain": True}).status == 200
    assert ask(app).status == 402
    exactly = control(app, "POST", "accounts/mock/wallet", {"set": 0.5}).document["wallet"]
    assert (exactly["available"], exactly["usd"]) == (USD // 2, "0.5")
    assert ask(app).status == 200


@pytest.mark.parametrize(
    ("account", "sent", "status", "words"),
    [
        ("nobody", {"drain": True}, 404, "there is no account 'nobody'"),
        ("mock", {}, 400, "the body must be"),
        ("mock", {"drain": False}, 400, "the body must be"),
        ("mock", {"set": 1, "drain": True}, 400, "the body must be"),
        ("mock", {"top_up": -1}, 400, "'top_up' must be from 0 to"),
        ("mock", {"top_up": "ten"}, 400, "'top_up' must be an amount of USD"),
        ("mock", {"top_up": None}, 400, "'top_up' must be an amount of USD"),
        ("mock", {"top_up": 9_000_001}, 400, "a wallet holds at most 10000000 USD"),
        ("child", {"top_up": 1}, 400, "'child' spends from the wallet of 'no-credit'"),
    ],
)
def test_a_wallet_is_unharmed_by_what_cannot_be(
    app: App, account: str, sent: dict[str, Any], status: int, words: str
) -> None:
    before = control(app, "GET", "accounts").document
    answer = control(app, "POST", f"accounts/{account}/wallet", sent)
    assert answer.status == status
    assert words in answer.error["message"]
    assert control(app, "GET", "accounts").document == before


def test_a_sub_account_spends_from_its_parents_wallet_up_to_its_cap(app: App) -> None:
    child = {"authorization": "Bearer sk-child"}
    assert ask(app, headers=child).error["code"] == "insufficient_credits"
    control(app, "POST", "accounts/no-credit/wallet", {"top_up": 5})
    assert ask(app, headers=child).status == 200
    spent = view(app, "child")["spent"]
    assert spent == {"charged": ledger(app)["charged"], "held": 0, "cap": 2 * USD}
    assert view(app, "child")["wallet"] == view(app, "no-credit")["wallet"]
    control(app, "POST", "accounts/child/limits", {"cap": "0.000001"})
    capped = ask(app, headers=child)
    assert (capped.status, capped.error["code"]) == (402, "budget_exceeded")
    assert ask(app, headers=POOR).status == 200, "the parent has no cap"


def asked(app: App) -> Answer:
    return ask(app, body(max_tokens=20), headers={"authorization": "Bearer sk-busy-one"})


def test_limits_are_seen_as_the_headers_tell_them(app: App) -> None:
    answer = asked(app)
    seen = view(app, "busy")
    for unit in ("requests", "tokens"):
        for word in ("limit", "remaining"):
            assert seen[unit][word] == int(answer.headers[f"x-ratelimit-{word}-{unit}"])
    assert seen["day"] == {"limit": 9, "used": 1}
    assert seen["requests"]["burst"] == 10


def test_limits_are_changed_used_up_and_filled_again(app: App, clock: Clock) -> None:
    changed = control(app, "POST", "accounts/small/limits", {"requests_per_minute": 120})
    assert changed.document["requests"]["remaining"] == 120
    assert ask(app, headers=SMALL).headers["x-ratelimit-limit-requests"] == "120"
    control(app, "POST", "accounts/small/limits", {"used_up": True})
    refused = ask(app, headers=SMALL)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    control(app, "POST", "accounts/small/limits", {})
    assert ask(app, headers=SMALL).status == 200
    control(app, "POST", "accounts/busy/limits", {"used_up": True, "tokens_burst": 30})
    assert view(app, "busy")["tokens"]["remaining"] == 0
    clock.now += SECOND
    tokens_short = asked(app)
    assert (tokens_short.status, tokens_short.headers["x-ratelimit-limit-tokens"]) == (429, "600")


def test_a_limit_is_taken_away_by_null(app: App) -> None:
    control(app, "POST", "accounts/busy/limits", {"tokens_per_minute": None})
    assert "x-ratelimit-limit-tokens" not in asked(app).headers
    assert view(app, "busy")["tokens"] is None


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"balance": 5}, "'balance' is no limit; there are: requests_per_minute"),
        ({"requests_per_minute": 0}, "'requests_per_minute' must be from 1"),
        ({"requests_per_minute": 7, "tokens_burst": 5}, "without the limit it belongs to"),
        ({"used_up": 1}, "'used_up' must be true or false"),
    ],
)
def test_limits_are_unharmed_by_what_cannot_be(app: App, sent: dict[str, Any], words: str) -> None:
    ask(app, headers=SMALL)
    before = view(app, "small")
    answer = control(app, "POST", "accounts/small/limits", sent)
    assert answer.status == 400
    assert words in answer.error["message"]
    assert view(app, "small") == before
