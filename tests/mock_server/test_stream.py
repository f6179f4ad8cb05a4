"""A stream that nothing makes wait has the bytes of one that goes through every layer."""

from typing import Any

import pytest

from mock_server.engines.seeded import Seeded
from mock_server.faults import Chunks
from mock_server.seams import Behaving, Behaviour, Seam
from tests.mock_server.driving import CHAT, KEY, MODEL, TOKENS, App, body, exchange, mock

OPTIONS: list[dict[str, Any]] = [
    {},
    {"n": 3},
    {"stream_options": {"include_usage": True}},
    {"logprobs": True, "top_logprobs": 2, "max_tokens": 9},
    {"stop": [" the"], "n": 2},
    {"max_tokens": 1},
]
CHATTING = body('é 🌿 " \\ \u2028', stream=True, seed=4)
WRITING = {"model": MODEL, "prompt": "hi", "stream": True, "seed": 4}


def short() -> App:
    ids = iter(range(10**6))
    clock = 1_700_000_000 * 10**9
    return mock(Seeded(TOKENS), clock=lambda: clock, ids=lambda: f"{next(ids)}")


def long() -> App:
    async def as_they_are(chunks: Chunks, call: object) -> Chunks:
        async for chunk in chunks:
            yield chunk

    app = short()
    app.edge.gateway.behaviour = Behaviour([Behaving("none", Seam.CHUNKS, as_they_are)])
    return app


@pytest.mark.parametrize("options", OPTIONS)
def test_the_short_way_and_the_long_way_write_the_same(options: dict[str, Any]) -> None:
    one, other = (
        exchange(app, "POST", CHAT, {**CHATTING, **options}, KEY) for app in (short(), long())
    )
    assert len(one.writes) > 2
    assert one == other


@pytest.mark.parametrize("options", [{}, {"n": 2}, {"logprobs": 2, "max_tokens": 7}])
def test_a_text_completion_writes_the_same_both_ways(options: dict[str, Any]) -> None:
    one, other = (
        exchange(app, "POST", "/v1/completions", {**WRITING, **options}, KEY)
        for app in (short(), long())
    )
    assert len(one.writes) > 2
    assert one == other
