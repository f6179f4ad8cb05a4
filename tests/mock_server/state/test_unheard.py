"""What was sold and nobody heard of is undone; nothing is sold by a Redis that is not there."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from mock_server.app import App
from mock_server.express import BRIEF
from mock_server.state import line
from mock_server.state.batch import orders
from mock_server.text import dumps
from tests.mock_server.driving import LOOP, body
from tests.mock_server.state.selling import books, later, using
from tests.redis_server import RedisServer

pytestmark = pytest.mark.redis


@pytest.mark.parametrize("streams", [False, True])
def test_who_leaves_while_redis_is_asked_is_settled_all_the_same(
    sellers: list[App], streams: bool
) -> None:
    """A server of others may cancel whoever answers; what was held meanwhile is not left so."""
    app = sellers[0]
    before = books(app)
    raw = dumps(body(stream=streams, max_tokens=BRIEF + 1))

    async def leave() -> None:
        asking = asyncio.create_task(later(app, raw))
        await asyncio.sleep(0)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking

    LOOP.run_until_complete(leave())
    after = books(app)
    assert (after["settled"], after["held"]) == (before["settled"] + 1, 0)
    assert after["entries"][-1]["ending"] == ("interrupted" if streams else "complete")


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("streams", [False, True])
def test_a_sale_of_which_nobody_heard_is_undone(
    sellers: list[App], monkeypatch: pytest.MonkeyPatch, late: bool, streams: bool
) -> None:
    """It was made, and its answer lost; or it comes when Redis was told already to forget it."""
    app = sellers[0]
    state: Any = app.edge.state
    before, run = books(app), line.Line._run
    taken: list[Any] = []

    async def lose(self: line.Line, given: Any) -> Any:
        if taken:
            return await run(self, given)
        taken.append(given)
        if not late:
            await run(self, given)
        raise TimeoutError

    monkeypatch.setattr(line.Line, "_run", lose)
    members: dict[str, Any] = {"stream": True, "max_tokens": BRIEF + 1} if streams else {}
    answer = using(app, **members)
    assert (answer.status, answer.error["code"]) == (503, "overloaded")
    LOOP.run_until_complete(asyncio.wait_for(state._paying, 20))
    if late:

        async def come() -> Any:
            return await state._line.ask(taken[0])

        assert "LATE" in str(LOOP.run_until_complete(come())[0])
    assert not state._given_up
    assert not state._owed
    after = books(app)
    for part in ("charged", "settled", "held", "balances", "wallets", "entries"):
        assert after[part] == before[part]
    assert using(app, **members).status == 200
    assert books(app)["settled"] == before["settled"] + 1


def test_nothing_is_sold_before_what_nobody_heard_of_is_undone() -> None:
    given = orders([], "me", 7, {5: [], 6: []})
    assert [(one.number, one.arguments[:3]) for one in given] == [
        (5, ("undo", "me", 5)),
        (6, ("undo", "me", 6)),
    ]


def test_while_redis_is_away_all_are_refused_and_nothing_is_charged(
    sellers: list[App], server: RedisServer
) -> None:
    app = sellers[0]
    before = books(app)
    server.stop()
    answers = [using(app) for _ in range(3)]
    server.start()
    assert [answer.status for answer in answers] == [503] * 3
    assert {answer.headers["retry-after"] for answer in answers} == {"1"}
    assert books(app) == before
    assert using(app).status == 200


def test_a_redis_that_lost_its_memory_sells_nothing(sellers: list[App]) -> None:
    async def forget() -> None:
        await sellers[0].edge.state._client.flushall()  # type: ignore[attr-defined]

    LOOP.run_until_complete(forget())
    for app in sellers:
        answer = using(app)
        assert answer.status == 503
        assert "has lost what it knew" in answer.error["message"]
        assert answer.headers["retry-after"] == "60"


def test_a_redis_that_forgot_its_scripts_is_told_them_again(sellers: list[App]) -> None:
    async def forget() -> None:
        await sellers[0].edge.state._client.script_flush()  # type: ignore[attr-defined]

    before = books(sellers[0])
    LOOP.run_until_complete(forget())
    assert using(sellers[1]).status == 200
    assert books(sellers[0])["settled"] == before["settled"] + 1
