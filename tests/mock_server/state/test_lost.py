"""A Redis that goes away: a clear refusal, never a wrong balance, and all is as it was after."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from mock_server.app import App
from mock_server.completion import Piece, Prompt
from mock_server.problem import Problem
from mock_server.settings import SettingsError
from mock_server.state import Count, Find, Hold, Inspect, Keep, line, redis
from mock_server.state.place import REMEMBERED
from tests.mock_server.driving import LOOP, Answer, Counting, ask, body, mock
from tests.redis_server import RedisServer

pytestmark = pytest.mark.redis


@pytest.fixture
def app(server: RedisServer, request: pytest.FixtureRequest) -> Iterator[App]:
    app = mock(Leaving(server), state=f"{server.url}?name={abs(hash(request.node.name))}")
    yield app
    LOOP.run_until_complete(app.edge.state.aclose())


class Leaving(Counting):
    """An engine in whose middle the state goes away, if it is told so."""

    def __init__(self, server: RedisServer) -> None:
        super().__init__()
        self.server = server
        self.leaves = False

    def pieces(self, prompt: Prompt) -> Iterator[Piece]:
        for piece in super().pieces(prompt):
            if self.leaves:
                self.server.stop()
                self.leaves = False
            yield piece


def books(app: App) -> dict[str, Any]:
    async def read() -> Any:
        return await app.edge.state.ledger()  # type: ignore[misc]

    found: dict[str, Any] = LOOP.run_until_complete(read())
    return found


def settled(app: App) -> None:
    """Wait until nothing is owed."""

    LOOP.run_until_complete(asyncio.wait_for(app.edge.state._paying, 20))  # type: ignore[attr-defined]


def refused(answer: Answer) -> bool:
    return (
        answer.status == 503
        and answer.error["code"] == "overloaded"
        and answer.error["type"] == "service_unavailable"
        and "Redis" not in answer.error["message"]
        and int(answer.headers["retry-after"]) >= 1
    )


def test_while_it_is_away_all_are_refused_and_then_all_is_as_it_was(
    app: App, server: RedisServer
) -> None:
    assert ask(app).status == 200
    before = books(app)
    server.stop()
    assert refused(ask(app))
    assert refused(ask(app, body(stream=True)))
    server.start()
    assert books(app) == before
    assert ask(app).status == 200
    assert books(app)["charged"] == 2 * before["charged"]


@pytest.mark.parametrize("streams", [False, True])
def test_what_was_delivered_is_charged_when_it_is_back(
    app: App, server: RedisServer, streams: bool
) -> None:
    assert ask(app).status == 200
    app.edge.gateway.engine.leaves = True  # type: ignore[attr-defined]
    answer = ask(app, body(stream=streams))
    assert answer.status == 200
    assert refused(ask(app))
    server.start()
    settled(app)
    after = books(app)
    assert [entry["completion_tokens"] for entry in after["entries"]] == [10, 10]
    assert (after["held"], after["settled"]) == (0, 2)
    (wallet,) = after["wallets"].values()
    assert wallet["charged"] == after["charged"] == sum(one["cost"] for one in after["entries"])


def test_a_hold_of_which_nobody_knows_whether_it_was_granted_is_given_back(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PATIENCE", 0.3)
    state = redis.build(f"{server.url}?name=unknown")

    async def lose() -> int:
        assert await state.grant(Count("a"), 0) == 1
        server.freeze()
        with pytest.raises(Problem):
            await state.grant(Hold("r", "a", 5, 100, 10**18), 0)
        server.thaw()
        assert state._paying is not None
        await state._paying
        purse = await state.grant(Inspect("a", 100), 0)
        await state.aclose()
        return int(purse.held)

    assert LOOP.run_until_complete(asyncio.wait_for(lose(), 20)) == 0


def test_a_state_that_lost_its_memory_is_not_taken_for_a_new_one(
    app: App, server: RedisServer
) -> None:
    assert ask(app).status == 200

    async def forget() -> None:
        await app.edge.state._client.flushall()  # type: ignore[attr-defined]

    LOOP.run_until_complete(forget())
    answer = ask(app)
    assert answer.status == 503
    assert "has lost what it knew" in answer.error["message"]
    assert answer.headers["retry-after"] == "60"


def test_a_redis_that_forgot_the_script_is_told_it_again(app: App) -> None:
    assert ask(app).status == 200

    async def forget() -> None:
        await app.edge.state._client.script_flush()  # type: ignore[attr-defined]

    LOOP.run_until_complete(forget())
    assert ask(app).status == 200


def test_all_workers_of_a_mock_share_what_its_state_was_born_as(server: RedisServer) -> None:
    first, second = (redis.prepared(f"{server.url}?name=family") for _ in range(2))
    assert first == second
    assert "born=" in first
    assert redis.prepared(f"{server.url}?name=other") != first


def test_a_state_without_a_name_begins_anew_and_is_forgotten_at_the_end(
    server: RedisServer,
) -> None:
    async def left(address: str) -> tuple[int, int]:
        state = redis.build(address)
        await state.grant(Count("a"), 0)
        await state.grant(Keep("job", "1", {}), 0)
        keys = [key async for key in state._client.scan_iter(match="gonogo:{run-*")]
        lives = [await state._client.ttl(key) for key in keys]
        await state.aclose()
        return len(keys), min(lives, default=0)

    def gone() -> bool:
        return LOOP.run_until_complete(left(f"{server.url}?name=family&fate=kept"))[0] == 0

    for begin in (str, redis.prepared):
        count, lives = LOOP.run_until_complete(left(begin(server.url)))
        assert count == 3
        assert REMEMBERED - 600 < lives <= REMEMBERED
        assert gone()
    for_two = redis.prepared(server.url, workers=2)
    for _ in range(2):
        assert LOOP.run_until_complete(left(for_two))[0] == 3, "the other still needs it"
    redis.finished(for_two)
    assert gone()
    named = redis.prepared(f"{server.url}?name=family")
    redis.finished(named)
    assert redis.prepared(f"{server.url}?name=family") == named


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("redis://127.0.0.1:1/0", "Redis does not answer"),
        ("redis://127.0.0.1:x/0", "no address of a Redis"),
        ("redis://127.0.0.1/0?name=a/b", "the name of the state must be"),
    ],
)
def test_an_address_where_no_state_is_is_one_sentence(address: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        redis.prepared(address)


def test_without_the_library_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(SettingsError, match=r"pip install 'gonogo\[redis\]'"):
        mock(state="redis://127.0.0.1/0")


@pytest.mark.parametrize("state", ["wishes:", "nowhere", "", "memory2://x"])
def test_a_state_nobody_wrote_is_refused(state: str) -> None:
    with pytest.raises(SettingsError, match="there is no state"):
        mock(state=state)


def test_what_is_only_read_lives_on_too(server: RedisServer) -> None:
    async def lives() -> list[int]:
        state = redis.build(server.url)
        await state.grant(Keep("job", "1", {}), 0)
        record = state._place.key("records/job")
        left = []
        for key in (record, state._place.key("born")):
            await state._client.expire(key, REMEMBERED // 2)
            await state.grant(Find("job", "1"), 0)
            left.append(await state._client.ttl(key))
        await state.aclose()
        return left

    assert min(LOOP.run_until_complete(lives())) > REMEMBERED - 600
