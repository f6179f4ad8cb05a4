"""Waiting: writes come when they are due, comments break a silence, nobody waits for the gone."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from click.testing import CliRunner

from mock_server import engines
from mock_server.app import App, build
from mock_server.cli import main
from mock_server.pace import SECOND, Pace
from mock_server.settings import Settings
from tests.mock_server.driving import TOKENS, Answer, Counting, ask, body, exchange, ledger, mock

MS = SECOND // 1000


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000 * SECOND
        self.slept: list[int] = []

    def clock(self) -> int:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds * SECOND))
        self.now += self.slept[-1]
        for _ in range(5):  # time enough to see a client leave
            await asyncio.sleep(0)


def paced(time: Time, engine: Any = None, **told: str) -> App:
    settings = Settings(pace=Pace.read(told))
    return build(settings, engine=engine or Counting(), clock=time.clock, sleep=time.sleep)


def milliseconds(time: Time) -> list[int]:
    return [slept // MS for slept in time.slept]


def test_tokens_of_a_stream_come_when_they_are_due() -> None:
    time = Time()
    answer = ask(paced(time, first_token="300ms", between_tokens="20ms"), body(stream=True))
    # The role comes with the first token of ten; what ends the stream with the last.
    assert milliseconds(time) == [300, *[20] * 9]
    assert answer.body.endswith(b"data: [DONE]\n\n")


def test_a_ceiling_is_told_with_the_last_token_and_an_end_token_takes_its_time() -> None:
    seeded = engines.build("seeded", TOKENS)
    for members, tokens in (({"max_tokens": 3}, 3), ({"stop": ["zzz"]}, None)):
        time = Time()
        sent = body("repeat: one two", stream=True, temperature=0, **members)
        ask(paced(time, seeded, between_tokens="1s"), sent)
        plain = ask(mock(seeded), body("repeat: one two", temperature=0, **members)).document
        used = plain["usage"]["completion_tokens"]
        assert tokens in (used, None)
        assert sum(milliseconds(time)) == 1000 * (used - 1)


def test_a_late_write_does_not_move_the_ones_after_it() -> None:
    time = Time()

    class Slow(Counting):
        def pieces(self, prompt: Any) -> Any:
            for number, piece in enumerate(super().pieces(prompt)):
                time.now += 50 * MS if number == 4 else 0
                yield piece

    began = time.now
    ask(paced(time, Slow(), first_token="100ms", between_tokens="20ms"), body(stream=True))
    assert time.now - began == 100 * MS + 9 * 20 * MS
    assert sum(milliseconds(time)) == 280 - 50


def test_an_answer_in_one_piece_takes_as_long_as_its_tokens() -> None:
    time = Time()
    answer = ask(paced(time, first_token="300ms", between_tokens="20ms"))
    assert answer.status == 200
    assert milliseconds(time) == [480]


def test_the_first_byte_waits_whatever_is_answered_and_a_refusal_for_no_token() -> None:
    for sent, status in ((body(temperature=9), 400), (body(stream=True), 200)):
        time = Time()
        answer = ask(paced(time, first_byte="2s"), sent)
        assert (answer.status, milliseconds(time)) == (status, [2000])
    time = Time()
    models = exchange(paced(time, first_byte="1s", first_token="9s"), "GET", "/v1/models")
    assert (models.status, milliseconds(time)) == (200, [1000])


def test_a_silent_stream_gets_comments() -> None:
    time = Time()
    answer = ask(paced(time, between_tokens="40s"), body(stream=True, max_tokens=2))
    assert answer.body.count(b": keep-alive\n\n") == 2
    assert milliseconds(time) == [15_000, 15_000, 10_000]
    time = Time()
    answer = ask(paced(time, between_tokens="40s", keep_alive="0"), body(stream=True, max_tokens=2))
    assert b"keep-alive" not in answer.body


def test_no_comment_goes_into_an_answer_in_one_piece() -> None:
    answer = ask(paced(Time(), first_token="40s"))
    assert answer.document["object"] == "chat.completion"


def test_a_stream_in_bytes_is_the_same_stream() -> None:
    time = Time()
    whole = ask(paced(time, first_token="1s"), body(stream=True, seed=1))
    bitwise = ask(paced(Time(), chunk="7bytes"), body(stream=True, seed=1))
    assert {len(write) for write in bitwise.writes[:10]} == {7}
    assert _stripped(bitwise) == _stripped(whole)


def _stripped(answer: Answer) -> list[bytes]:
    return [event.partition(b'"choices"')[2] for event in answer.body.split(b"\n\n")]


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_while_it_waits_pays_for_what_it_got(stream: bool) -> None:
    time = Time()
    app = paced(time, first_token="1s", between_tokens="1s")
    if stream:
        ask(app, body(stream=True), leaves_after=4)
        (entry,) = ledger(app)["entries"]
        assert (entry["ending"], entry["completion_tokens"]) == ("interrupted", 3)
        return

    async def leave() -> None:
        left = asyncio.Event()

        async def sleep(seconds: float) -> None:
            left.set()
            await asyncio.sleep(60)

        app.edge._waits._sleep = sleep
        await _leaving(app, left)

    asyncio.run(leave())
    (entry,) = ledger(app)["entries"]
    assert (entry["ending"], entry["completion_tokens"]) == ("interrupted", 0)


async def _leaving(app: App, left: asyncio.Event) -> None:
    waiting = [{"type": "http.request", "body": json.dumps(body()).encode(), "more_body": False}]

    async def receive() -> Any:
        if waiting:
            return waiting.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError(f"{message} was sent to nobody")

    headers = {"authorization": "Bearer sk-aig-mock", "content-type": "application/json"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await asyncio.wait_for(app(scope, receive, send), 10)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--first-token", "soon"], "--first-token: 'soon' is no duration; write it like 300ms"),
        (["--jitter", "gauss"], "--jitter: there is no jitter 'gauss'; there are: constant,"),
        (["--chunk", "0bytes"], "--chunk: '0bytes' is no size of a chunk"),
        (["--pace-seed", "x"], "--pace-seed: 'x' is no whole number"),
    ],
)
def test_a_pace_that_cannot_be_kept_is_refused_in_a_sentence(option: list[str], words: str) -> None:
    result = CliRunner().invoke(main, ["serve", "--port", "0", *option])
    assert result.exit_code == 2
    assert words in result.output
