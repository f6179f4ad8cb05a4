"""Two workers with one Redis are one mock: keys, limits, wallets and books."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_server.app import App
from mock_server.quota import SECOND
from mock_server.state import redis
from tests.mock_server.control.asking import TOKEN, control
from tests.mock_server.driving import LOOP, Answer, ask, body, mock
from tests.redis_server import RedisServer

pytestmark = pytest.mark.redis
NOW = 1_800_000_000 * SECOND
SCRIPT = """
[[steps]]
match = { header = { x-rehearse = "busy" } }
reply = { status = 429, times = 3 }
"""


@pytest.fixture
def workers(server: RedisServer, tmp_path: Path) -> Iterator[list[App]]:
    script = tmp_path / "script.toml"
    script.write_text(SCRIPT, encoding="utf-8")
    told = {"state": redis.prepared(server.url, workers=2), "script": str(script)}
    apps = [mock(clock=lambda: NOW, control_token=TOKEN, **told) for _ in range(2)]
    yield apps
    for app in apps:
        LOOP.run_until_complete(app.edge.state.aclose())


def using(app: App, key: str) -> Answer:
    return ask(app, headers={"authorization": f"Bearer {key}"})


def seen(app: App, page: str) -> Any:
    answer = control(app, "GET", page)
    assert answer.status == 200
    return answer.document


def test_a_key_made_at_one_worker_opens_the_other_and_is_revoked_at_both(
    workers: list[App],
) -> None:
    one, other = workers
    made = control(one, "POST", "keys", {"account": "team", "balance": 1}).document
    assert using(other, made["key"]).status == 200
    assert control(other, "DELETE", f"keys/{made['id']}").status == 200
    assert using(one, made["key"]).status == 401


def test_requests_are_counted_together(workers: list[App]) -> None:
    answers = [using(workers[turn % 2], "sk-aig-mock-small") for turn in range(7)]
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
    left = [answer.headers["x-ratelimit-remaining-requests"] for answer in answers]
    assert left == ["4", "3", "2", "1", "0", "0", "0"]


def test_money_and_limits_changed_at_one_worker_are_so_at_the_other(workers: list[App]) -> None:
    one, other = workers
    assert using(one, "sk-aig-mock-no-credit").status == 402
    control(one, "POST", "accounts/no-credit/wallet", {"top_up": "0.001"})
    assert using(other, "sk-aig-mock-no-credit").status == 200
    control(other, "POST", "accounts/small/limits", {"requests_per_minute": 1})
    answers = [using(one, "sk-aig-mock-small"), using(other, "sk-aig-mock-small")]
    assert [answer.status for answer in answers] == [200, 429]
    assert seen(one, "accounts") == seen(other, "accounts")


def test_who_leaves_a_stream_pays_for_what_came(workers: list[App]) -> None:
    one, other = workers
    ask(one, body(stream=True, max_tokens=9), leaves_after=4)
    books = seen(other, "ledger")
    (entry,) = books["entries"]
    assert (entry["ending"], books["held"]) == ("interrupted", 0)
    assert 0 < entry["completion_tokens"] < 9
    assert entry["cost"] == entry["prompt_tokens"] * 80 + entry["completion_tokens"] * 160


def test_the_journal_is_one(workers: list[App]) -> None:
    for turn in range(3):
        given = {"authorization": "Bearer sk-aig-mock", "x-request-id": f"call-{turn}"}
        ask(workers[turn % 2], headers=given)
    for app in workers:  # what nobody waits for is on its way
        LOOP.run_until_complete(app.edge.state._sending)  # type: ignore[attr-defined]
    journals = [seen(app, "journal") for app in workers]
    assert journals[0] == journals[1]
    assert journals[0]["seen"] == 3
    assert [line["id"] for line in journals[0]["calls"]] == ["call-0", "call-1", "call-2"]


def test_the_books_are_one(workers: list[App]) -> None:
    for app in workers:
        using(app, "sk-aig-mock")
    books = seen(workers[0], "ledger")
    assert books == seen(workers[1], "ledger")
    assert (len(books["entries"]), books["held"]) == (2, 0)
    assert books["charged"] == sum(entry["cost"] for entry in books["entries"]) > 0


def test_a_script_is_played_once_by_all_workers_together(workers: list[App]) -> None:
    rehearsing = {"authorization": "Bearer sk-aig-mock", "x-rehearse": "busy"}
    answers = [ask(workers[turn % 2], headers=rehearsing) for turn in range(6)]
    assert [answer.status for answer in answers] == [429, 429, 429, 200, 200, 200]
