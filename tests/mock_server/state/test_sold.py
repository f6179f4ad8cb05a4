"""What is sold by one question: as every other request is answered, and known to every worker."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from mock_server import registry
from mock_server.app import App
from mock_server.engines.seeded import Seeded
from mock_server.express import BRIEF
from mock_server.quota import SECOND
from mock_server.scripts import stage
from mock_server.state.records import WATCHED
from tests.mock_server.control.asking import control
from tests.mock_server.driving import LOOP, TOKENS, Answer, body, mock
from tests.mock_server.state.selling import Clock, books, calls, later, learnt, using

pytestmark = pytest.mark.redis
ONE_CALL, TWO_CALLS = 2, 3
"""Commands of a request, its note for the journal included."""


def test_a_request_takes_one_command_beside_its_note(sellers: list[App]) -> None:
    for app in sellers:
        answer, count = calls(app)
        assert (answer.status, count) == (200, ONE_CALL)
        answer, count = calls(app, stream=True, max_tokens=BRIEF + 1)
        assert (answer.status, count) == (200, TWO_CALLS)
    after = books(sellers[0])
    assert (after["settled"], after["held"]) == (6, 0)
    assert after["charged"] == sum(entry["cost"] for entry in after["entries"])


@pytest.mark.parametrize(
    "members",
    [
        {"seed": 1},
        {"temperature": 0, "n": 3, "logprobs": True, "max_tokens": 5},
        {"seed": 2, "stream": True, "max_tokens": 9},
        {"seed": 2, "stream": True, "max_tokens": BRIEF + 1},
    ],
)
def test_it_is_answered_as_in_memory(
    sellers: list[App], clock: Clock, members: dict[str, Any]
) -> None:
    told = []
    for app in (sellers[0], mock(Seeded(TOKENS), clock)):
        answer = using(app, **members)
        text = answer.body.decode()
        for made in (answer.headers["x-request-id"], *_ids(answer)):
            text = text.replace(made, "")
        left = int(answer.headers.pop("x-ratelimit-remaining-requests"))
        for made in ("x-request-id", "content-length"):  # ids are not equally long
            answer.headers.pop(made, None)
        told.append((answer.status, answer.headers, text, answer.ended, left >= 999_999_900))
    assert told[0] == told[1]


def _ids(answer: Answer) -> set[str]:
    texts = answer.body.decode().replace("data: ", "").split("\n\n")
    return {json.loads(text)["id"] for text in texts if text.startswith("{")}


def test_a_key_revoked_at_one_worker_is_refused_by_the_other_at_once(sellers: list[App]) -> None:
    one, other = sellers
    made = control(one, "POST", "keys", {"account": "team", "balance": 1}).document
    for app in sellers:
        assert learnt(app, made["key"]).status == 200
        assert calls(app, key=made["key"])[1] == ONE_CALL
    assert control(one, "DELETE", f"keys/{made['id']}").status == 200
    assert using(other, made["key"]).status == 401
    learnt(other)
    assert calls(other)[1] == ONE_CALL


def test_limits_and_money_changed_at_one_worker_hold_at_the_other_at_once(
    sellers: list[App],
) -> None:
    one, other = sellers
    control(one, "POST", "accounts/mock/limits", {"requests_per_minute": 1})
    assert [using(app).status for app in (other, one, other)] == [200, 429, 429]
    control(one, "POST", "accounts/mock/limits", {"requests_per_minute": 1000})
    learnt(other)
    control(one, "POST", "accounts/mock/wallet", {"drain": True})
    assert using(other).status == 402
    control(one, "POST", "accounts/mock/wallet", {"top_up": "1"})
    assert using(other).status == 200


def test_a_script_set_at_one_worker_plays_at_the_other_and_ends_there(
    sellers: list[App], clock: Clock
) -> None:
    one, other = sellers
    assert calls(other)[1] == ONE_CALL
    steps = {"steps": [{"reply": {"status": 429, "times": 1000}}]}
    assert control(one, "PUT", "scripts/main", steps).status == 200
    assert [using(other).status, learnt(other).status, using(other).status] == [429] * 3
    assert control(one, "DELETE", "scripts/main").status in (200, 204)
    assert using(other).status == 200
    clock.now += 2 * SECOND
    learnt(other)
    assert calls(other)[1] == ONE_CALL


def test_what_is_watched_is_what_requests_are_checked_by() -> None:
    assert {registry.KIND, stage.KIND} == WATCHED


def test_who_may_not_or_cannot_pay_is_told_so_and_charged_nothing(sellers: list[App]) -> None:
    app = sellers[0]
    for key, status in (("no-credit", 402), ("small", 429), ("over-limit", 429), ("nobody", 401)):
        name = f"sk-aig-mock-{key}"
        for _ in range(6):
            answer = learnt(app, name)
        assert answer.status == status
    assert set(books(app)["balances"]) == {"mock", "no-credit", "small"}
    assert books(app)["settled"] == 2 + 5


def test_a_refused_sale_does_not_count_as_an_occurrence(sellers: list[App]) -> None:
    app = sellers[0]
    learnt(app, "sk-aig-mock-small")
    said = [using(app, "sk-aig-mock-small", content="vary") for _ in range(6)]
    assert [one.status for one in said] == [200] * 4 + [429] * 2
    seen = app.edge.gateway.occurrence._seen
    assert max(seen.values()) <= 4


def test_many_at_once_share_a_wallet_to_the_nano_dollar(sellers: list[App]) -> None:
    made = control(sellers[0], "POST", "keys", {"account": "poor", "balance": "0.0003"}).document
    for app in sellers:
        learnt(app, made["key"])
    paid = books(sellers[0])["wallets"]["poor"]["charged"]

    async def together() -> list[Any]:
        raw = json.dumps(body(max_tokens=5)).encode()
        given = (later(sellers[turn % 2], raw, made["key"]) for turn in range(300))
        return await asyncio.gather(*given)

    found = LOOP.run_until_complete(together())
    sold = [call for call, reply in filter(None, found) if reply.status == 200]
    assert 0 < len(sold) < 300
    after = books(sellers[0])
    entries = {entry["request"]: entry for entry in after["entries"]}
    assert all(entries[call.completion]["cost"] == call.cost for call in sold)
    wallet = after["wallets"]["poor"]
    assert wallet["charged"] == paid + sum(call.cost for call in sold)
    assert 0 <= wallet["opening"] - wallet["charged"] < 2 * max(call.cost + 480 for call in sold)
    assert after["charged"] == sum(entry["cost"] for entry in after["entries"])
