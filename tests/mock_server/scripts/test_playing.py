"""Scripts play in exact order: positions, sequences, whose requests count together."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.mock_server.driving import KEY, MODEL, ask, body, exchange, ledger
from tests.mock_server.scripts.playing import play, said, statuses

SMALL = {"authorization": "Bearer sk-aig-mock-small"}

ROUGH = """
[[steps]]
reply = { status = 429, retry_after = 2, times = 2 }
then = [{ status = 503 }, { cut = { event = 5, byte = 137 } }, {}]
"""


def test_a_sequence_is_played_once_and_then_the_engine_answers(tmp_path: Path) -> None:
    app = play(tmp_path, ROUGH)
    first = [ask(app, body(stream=True)) for _ in range(6)]
    assert [answer.status for answer in first] == [429, 429, 503, 200, 200, 200]
    assert [answer.headers.get("retry-after") for answer in first[:3]] == ["2", "2", "1"]
    assert [answer.ended for answer in first[3:]] == [False, True, True]
    *whole, cut = first[3].writes
    assert [len(whole), len(cut)] == [4, 137]
    assert whole == first[4].writes[:4] or len(first[4].writes) == 13


def test_a_reply_alone_answers_all_that_come_and_times_ends_it(tmp_path: Path) -> None:
    assert statuses(play(tmp_path, "[[steps]]\nreply = {status = 503}"), 4) == [503] * 4
    limited = play(tmp_path, "[[steps]]\nreply = {status = 503, times = 3}")
    assert statuses(limited, 5) == [503] * 3 + [200] * 2


def test_the_first_step_that_is_not_used_up_answers(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        """
        [[steps]]
        reply = { status = 500, times = 1 }
        [[steps]]
        reply = { status = 503, times = 2 }
        [[steps]]
        reply = { status = 429 }
        """,
    )
    assert statuses(app, 5) == [500, 503, 503, 429, 429]


def test_a_sequence_may_end_for_ever_or_begin_again(tmp_path: Path) -> None:
    endless = "[[steps]]\nreply = {status = 500}\nthen = [{status = 503, times = 'forever'}]"
    assert statuses(play(tmp_path, endless), 4) == [500, 503, 503, 503]
    again = "[[steps]]\nrepeat = true\nreply = {status = 500, times = 2}\nthen = [{}]"
    assert statuses(play(tmp_path, again), 7) == [500, 500, 200, 500, 500, 200, 500]


@pytest.mark.parametrize(
    ("per", "expected"),
    [("script", [500, 500, 200, 200]), ("key", [500, 500, 500, 500]), ("request", [500] * 4)],
)
def test_requests_are_counted_together_as_told(
    tmp_path: Path, per: str, expected: list[int]
) -> None:
    app = play(tmp_path, f"per = '{per}'\n[[steps]]\nreply = {{status = 500, times = 2}}")
    asked: list[tuple[Any, Any]] = [(None, KEY), (None, KEY), (body("other"), SMALL), (None, SMALL)]
    if per == "request":
        asked = [(None, KEY), (body("other"), KEY), (None, SMALL), (body("other"), KEY)]
    found = [ask(app, sent, headers=headers).status for sent, headers in asked]
    assert found == expected
    assert ask(app).status == 200


def test_a_request_that_is_refused_takes_no_position(tmp_path: Path) -> None:
    app = play(tmp_path, "[[steps]]\nreply = {text = 'one'}\nthen = [{text = 'two'}]")
    assert ask(app, body(temperature=9)).status == 400
    assert ask(app, headers={"authorization": ""}).status == 401
    assert ask(app, headers={"authorization": "Bearer sk-aig-mock-no-credit"}).status == 402
    assert ask(app, headers={"authorization": "Bearer sk-aig-mock-upstream-down"}).status == 500
    assert [said(app), said(app)] == ["one", "two"]


def test_positions_are_exact_however_many_ask_at_once(tmp_path: Path) -> None:
    app = play(tmp_path, "[[steps]]\nreply = {status = 503, times = 40}\nthen = [{text = 'last'}]")

    async def one() -> int:
        seen: list[int] = []
        waiting = [{"type": "http.request", "body": raw, "more_body": False}]

        async def receive() -> Any:
            await asyncio.sleep(0 if waiting else 60)
            return waiting.pop()

        async def send(message: Any) -> None:
            await asyncio.sleep(0)
            if message["type"] == "http.response.start":
                seen.append(message["status"])

        headers = {**KEY, "content-type": "application/json"}
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/chat/completions",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        await app(scope, receive, send)
        return seen[0]

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*(one() for _ in range(100)))

    raw = json.dumps(body()).encode()
    found = asyncio.run(all_at_once())
    assert sorted(found) == [200] * 60 + [503] * 40


def test_an_unforeseen_request_is_refused_where_the_script_says_so(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        "otherwise = 'refuse'\n[[steps]]\nmatch = {last = 'a'}\nreply = {text = 'b'}",
    )
    assert said(app, "a") == "b"
    refused = ask(app, body("c"))
    assert (refused.status, refused.error["type"]) == (404, "not_found")
    assert refused.headers["x-request-id"] in refused.error["message"]
    assert exchange(app, "GET", "/v1/models").status == 200
    assert ledger(app)["held"] == 0


def test_other_operations_play_only_where_a_step_names_them(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        """
        [[steps]]
        match = { operation = "listModels" }
        reply = { status = 503, times = 1 }
        [[steps]]
        match = { operation = "any", header = { x-flaky = true } }
        reply = { status = 500 }
        """,
    )
    models = [exchange(app, "GET", "/v1/models").status for _ in range(2)]
    assert models == [503, 200]
    flaky = {"x-flaky": "1"}
    assert exchange(app, "GET", f"/v1/models/{MODEL}", headers=flaky).status == 500
    assert ask(app, headers=flaky).status == 500
    assert ask(app).status == 200


def test_what_is_served_beside_chat_is_scripted_like_it(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        """
        [[steps]]
        match = { operation = "createCompletion" }
        reply = { text = "as the script says" }
        [[steps]]
        match = { operation = "createEmbedding" }
        reply = { body = { object = "list", data = [] }, times = 1 }
        [[steps]]
        match = { operation = "listEvals" }
        reply = { status = 503 }
        """,
    )
    told = {"model": MODEL, "prompt": ["one", "two"], "max_tokens": 3}
    answer = exchange(app, "POST", "/v1/completions", told).document
    texts = [choice["text"] for choice in answer["choices"]]
    assert all("as the script says".startswith(text.strip()) for text in texts)
    assert answer["usage"]["completion_tokens"] == 6
    embed = {"model": "google/embeddinggemma-300m", "input": "hi"}
    assert exchange(app, "POST", "/v1/embeddings", embed).document["data"] == []
    assert exchange(app, "POST", "/v1/embeddings", embed).document["data"] != []
    assert exchange(app, "GET", "/v1/evals").status == 503
    assert said(app).startswith("1 2 3")
