"""An engine elsewhere: what had not begun is asked again, what had begun ends with a failure."""

import asyncio
import pickle
from collections.abc import AsyncGenerator, Callable

import pytest

from mock_server.cluster.remote import TRIES, Remote
from mock_server.completion import EngineFailure, EngineSaturated, Piece, Prompt, Turn
from tests.mock_server.driving import TOKENS

PROMPT = Prompt("m", "m", None, (Turn("user", "hi"),), 10, 5)
PIECES = [Piece(0, "a"), Piece(0, "b")]


class LostError(Exception):
    """A replica died."""


class FullError(Exception):
    """Nobody has room."""


def asking(
    *breaks: tuple[int, Exception] | None,
) -> tuple[Callable[[Prompt], AsyncGenerator[Piece]], list[Prompt]]:
    """Replicas, in order: each breaks after so many pieces, or does not."""
    asked: list[Prompt] = []

    async def ask(prompt: Prompt) -> AsyncGenerator[Piece]:
        broken = breaks[min(len(asked), len(breaks) - 1)]
        asked.append(prompt)
        for place, piece in enumerate(PIECES):
            if broken is not None and place == broken[0]:
                raise broken[1]
            yield piece

    return ask, asked


def answered(*breaks: tuple[int, Exception] | None) -> tuple[list[Piece], Exception | None, int]:
    ask, asked = asking(*breaks)
    remote = Remote(TOKENS, "1", (), ask, lost=(LostError,), full=(FullError,))
    got: list[Piece] = []

    async def all_of_it() -> Exception | None:
        try:
            async for piece in remote.pieces(PROMPT):
                got.append(piece)  # noqa: PERF401 - what came before an error counts
        except (EngineFailure, EngineSaturated) as error:
            return error
        return None

    return got, asyncio.run(all_of_it()), len(asked)


def test_pieces_come_as_they_are():
    assert answered(None) == (PIECES, None, 1)


def test_a_replica_that_is_lost_before_it_began_is_replaced():
    assert answered((0, LostError()), (0, LostError()), None) == (PIECES, None, 3)


def test_a_replica_that_is_lost_later_ends_the_answer():
    got, error, asked = answered((1, LostError()), None)
    assert (got, asked) == (PIECES[:1], 1)
    assert isinstance(error, EngineFailure)


def test_not_every_replica_is_tried():
    got, error, asked = answered((0, LostError()))
    assert (got, asked) == ([], TRIES)
    assert isinstance(error, EngineFailure)


def test_a_full_queue_says_when_to_come_back():
    got, error, asked = answered((0, FullError()))
    assert (got, asked) == ([], 1)
    assert isinstance(error, EngineSaturated)


def test_what_is_sent_can_be_sent():
    ask, asked = asking(None)
    remote = Remote(TOKENS, "1", ("a",), ask, lost=(LostError,), full=(FullError,))

    async def one() -> None:
        async for _ in remote.pieces(PROMPT):
            break

    asyncio.run(one())
    assert pickle.loads(pickle.dumps(asked[0])).turns == PROMPT.turns
    assert remote.adapters() == ("a",)
    assert remote.count(PROMPT.turns) == 10


@pytest.mark.parametrize("error", [EngineSaturated("full", 7), EngineFailure("broken")])
def test_failures_survive_the_way_between_processes(error: Exception):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert getattr(again, "retry_after", 7) == 7
