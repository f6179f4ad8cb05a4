"""Limits over the wire: what the headers say of requests, tokens and days is so, in both modes."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.app import App
from mock_server.keys import Caller
from mock_server.quota import DAY, SECOND, Quota, Unit
from tests.mock_server.driving import Answer, ask, body, exchange, ledger, mock

MIDNIGHT = 20_000 * DAY
KEY = {"authorization": "Bearer sk-few"}
TOKENS = ("limit", "remaining", "reset")


class Clock:
    """A clock that only moves when told."""

    def __init__(self) -> None:
        self.now = MIDNIGHT + 3600 * SECOND

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def app_for(clock: Clock, **account: Any) -> App:
    return mock(clock=clock, accounts={"sk-few": Caller("few", **account)})


def few(tokens: int, burst: int = 0) -> Quota:
    return Quota(tokens, burst=burst, unit=Unit.TOKENS)


def said(answer: Answer) -> list[int]:
    return [int(answer.headers[f"x-ratelimit-{word}-tokens"]) for word in TOKENS]


def test_an_answer_in_one_piece_tells_what_is_left_after_it(clock: Clock) -> None:
    app = app_for(clock, tokens=few(600))
    answer = ask(app, body(max_tokens=50), headers=KEY)
    used = answer.document["usage"]["total_tokens"]
    assert said(answer) == [600, 600 - used, -(-used // 10)]


def test_a_stream_tells_what_is_left_while_it_may_take_its_most(clock: Clock) -> None:
    app = app_for(clock, tokens=few(600))
    used = ask(app, body(max_tokens=50), headers=KEY).document["usage"]
    clock.now += 60 * SECOND
    streamed = ask(app, body(max_tokens=50, stream=True), headers=KEY)
    assert said(streamed)[:2] == [600, 600 - used["prompt_tokens"] - 50]
    after = ask(app, body(max_tokens=50), headers=KEY)
    assert said(after)[1] == 600 - 2 * used["total_tokens"], "what it left was given back"


def test_who_leaves_a_stream_pays_tokens_for_what_came(clock: Clock) -> None:
    app = app_for(clock, tokens=few(600))
    ask(app, body(max_tokens=50, stream=True), headers=KEY, leaves_after=4)
    came = ledger(app)["entries"][-1]
    after = ask(app, body(max_tokens=50), headers=KEY)
    used = after.document["usage"]["total_tokens"]
    assert said(after)[1] == 600 - used - came["prompt_tokens"] - came["completion_tokens"]


def test_tokens_that_are_used_up_are_429_and_the_wait_is_true(clock: Clock) -> None:
    app = app_for(clock, tokens=few(60))
    usage = ask(app, body(max_tokens=50), headers=KEY).document["usage"]
    refused = ask(app, body(max_tokens=50, stream=True), headers=KEY)
    assert (refused.status, refused.error["code"]) == (429, "rate_limit_exceeded")
    assert refused.headers["content-type"] == "application/json"
    assert said(refused)[1] == 60 - usage["total_tokens"]
    wait = int(refused.headers["retry-after"])
    assert wait == usage["prompt_tokens"] + 50 - said(refused)[1]
    clock.now += (wait - 1) * SECOND
    assert ask(app, body(max_tokens=50), headers=KEY).status == 429
    clock.now += SECOND
    assert ask(app, body(max_tokens=50), headers=KEY).status == 200


def test_a_refusal_for_want_of_credit_takes_no_tokens(clock: Clock) -> None:
    app = app_for(clock, tokens=few(600), balance=0)
    refused = ask(app, headers=KEY)
    assert (refused.status, said(refused)[1]) == (402, 600)


def test_tokens_are_looked_at_before_the_wallet(clock: Clock) -> None:
    app = app_for(clock, tokens=few(60), balance=100_000)
    assert ask(app, body(max_tokens=50), headers=KEY).status == 200
    assert ask(app, body(max_tokens=50), headers=KEY).status == 429


def test_an_answer_is_never_longer_than_the_tokens_a_key_may_use_at_once(clock: Clock) -> None:
    app = app_for(clock, tokens=few(10_000, burst=20))
    answer = ask(app, body(n=2), headers=KEY).document
    assert {choice["finish_reason"] for choice in answer["choices"]} == {"length"}
    assert answer["usage"]["total_tokens"] <= 20
    refused = ask(app, body("hi " * 20), headers=KEY)
    assert (refused.status, refused.error["param"]) == (400, "messages")
    assert "may use 20 tokens at once" in refused.error["message"]


def test_a_key_without_a_limit_of_tokens_hears_nothing_of_tokens(clock: Clock) -> None:
    app = app_for(clock)
    assert not [name for name in ask(app, headers=KEY).headers if name.endswith("-tokens")]


def test_a_day_that_is_used_up_is_429_until_midnight(clock: Clock) -> None:
    app = app_for(clock, daily=3, quota=Quota(600))
    left = [ask(app, headers=KEY).headers["x-ratelimit-remaining-requests"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = ask(app, headers=KEY)
    assert (refused.status, refused.error["code"]) == (429, "daily_quota_exceeded")
    assert refused.error["type"] == "rate_limit_error"
    assert refused.headers["retry-after"] == str(23 * 3600)
    assert refused.headers["x-ratelimit-limit-requests"] == "600"
    assert refused.headers["x-ratelimit-remaining-requests"] == "0"
    clock.now += (23 * 3600 - 1) * SECOND
    assert ask(app, headers=KEY).status == 429
    clock.now += SECOND
    assert ask(app, headers=KEY).status == 200


def test_a_minute_that_is_used_up_costs_nothing_of_the_day(clock: Clock) -> None:
    app = app_for(clock, daily=3, quota=Quota(60, burst=1))
    assert [ask(app, headers=KEY).status for _ in range(3)] == [200, 429, 429]
    clock.now += SECOND
    answer = ask(app, headers=KEY)
    assert answer.status == 200
    clock.now += 5 * SECOND
    assert ask(app, headers=KEY).headers["x-ratelimit-remaining-requests"] == "0"


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        ("sk-aig-mock-few-tokens", 429, "rate_limit_exceeded"),
        ("sk-aig-mock-daily", 429, "daily_quota_exceeded"),
        ("sk-aig-mock-capped", 402, "budget_exceeded"),
    ],
)
def test_an_account_near_its_limit_reaches_it(
    key: str, status: int, code: str, clock: Clock
) -> None:
    app = mock(clock=clock)
    given = {"authorization": f"Bearer {key}"}
    answers = [ask(app, body(max_tokens=400), headers=given) for _ in range(40)]
    last = answers[-1]
    assert (last.status, last.error["code"]) == (status, code)


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        (("chat",), "POST", "/v1/chat/completions", 200),
        (("chat",), "GET", "/v1/models", 403),
        (("models:read",), "GET", "/v1/models", 200),
        (("models",), "GET", "/v1/models/google/gemma-7b-it-lora", 200),
        (("models", "chat:read"), "POST", "/v1/chat/completions", 403),
        ((), "HEAD", "/v1/models", 403),
    ],
)
def test_a_key_may_do_what_its_scopes_say(
    scopes: tuple[str, ...], method: str, path: str, status: int, clock: Clock
) -> None:
    app = app_for(clock, scopes=scopes)
    answer = exchange(app, method, path, body() if method == "POST" else None, KEY)
    assert answer.status == status
    if status == 403 and method != "HEAD":
        assert answer.error["code"] == "scope_exceeded"


def test_whoever_brings_the_providers_key_pays_there(clock: Clock) -> None:
    app = app_for(clock, balance=0)
    assert ask(app, headers=KEY).status == 402
    own = {**KEY, "x-byok-google": "AIza-secret"}
    answer = ask(app, headers=own)
    assert (answer.status, answer.headers["x-cost-cents"]) == (200, "0.000000")
    options = {"include_usage": True}
    streamed = ask(app, body(stream=True, stream_options=options), headers=own)
    assert b'"cost":0.0' in streamed.body
    assert ledger(app)["charged"] == 0
    assert [entry["cost"] for entry in ledger(app)["entries"]] == [0, 0]
    refused = ask(app, body(model="AIza-secret"), headers=own)
    assert refused.status == 404
    assert b"AIza-secret" not in refused.body


def test_an_entry_names_who_paid_for_what(clock: Clock) -> None:
    app = app_for(clock, wallet="mock", tag="team-a")
    ask(app, headers=KEY)
    ask(app, headers={**KEY, "x-aig-tag": "job-7"})
    first, second = ledger(app)["entries"]
    assert (first["account"], first["wallet"], first["tag"]) == ("few", "mock", "team-a")
    assert (second["tag"], second["model"], second["at"]) == (
        "job-7",
        "google/gemma-7b-it-lora",
        clock.now,
    )
