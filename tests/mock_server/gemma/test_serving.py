"""The whole mock with a real worker behind it, without a socket."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mock_server import engines
from mock_server.app import App
from mock_server.completion import Prompt
from mock_server.engines.gemma import Gemma
from tests.mock_server.driving import MODEL, TOKENS, ask, body, exchange, ledger, mock
from tests.mock_server.engines.test_gemma import adapter

NO_END = {"1": -100, "5": -100}


@pytest.fixture(scope="module")
def engine(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gemma]:
    one = adapter(tmp_path_factory.mktemp("adapters") / "one", 1)
    options = {"model_dir": tiny, "adapters": {"one": one}}
    made = engines.build("gemma", TOKENS, options)
    assert isinstance(made, Gemma)
    yield made
    made.close()


@pytest.fixture
def app(engine: Gemma) -> App:
    return mock(engine)


def test_adapters_are_listed_with_their_parent(app: App):
    listed = {
        one["id"]: one["parent"] for one in exchange(app, "GET", "/v1/models").document["data"]
    }
    assert listed == {MODEL: None, f"{MODEL}:one": MODEL}


def test_both_spellings_of_an_adapter_answer_alike_and_not_as_the_base(app: App):
    limits = {"temperature": 0, "max_tokens": 12, "logit_bias": NO_END}
    base = ask(app, body(**limits)).document["choices"]
    named = ask(app, body(**{**limits, "model": f"{MODEL}:one"})).document["choices"]
    field = ask(app, body(**limits, lora="one")).document["choices"]
    assert base != named == field


def test_an_unknown_adapter_is_404(app: App):
    answer = ask(app, body(lora="nope"))
    assert (answer.status, answer.error["code"]) == (404, "adapter_not_found")


def test_a_stream_says_what_the_whole_answer_says(app: App):
    limits = {"temperature": 0, "max_tokens": 12, "logit_bias": NO_END}
    whole = ask(app, body(**limits)).document
    streamed = ask(app, body(**limits, stream=True))
    assert whole["usage"]["completion_tokens"] == 12
    assert streamed.body.rstrip().endswith(b"data: [DONE]")


def test_a_dead_worker_breaks_a_stream_with_the_documented_event(engine: Gemma):
    app = mock(Killing(engine, after=3))
    limits = {"max_tokens": 2000, "logit_bias": NO_END}
    answer = ask(app, body(**limits, stream=True))
    *_, last, _ = answer.body.split(b"\n\n")
    assert b'"code":"upstream_error"' in last
    assert b"charged" not in last
    assert b"[DONE]" not in answer.body
    (entry,) = ledger(app)["entries"]
    assert entry["ending"] == "failed"
    assert entry["completion_tokens"] >= 3
    assert ask(app, body(max_tokens=2)).status == 200


def test_a_dead_worker_fails_a_whole_answer_and_charges_nothing(engine: Gemma):
    app = mock(Killing(engine, after=3))
    answer = ask(app, body(max_tokens=2000, logit_bias=NO_END))
    assert (answer.status, answer.error["code"]) == (500, "upstream_error")
    assert (ledger(app)["charged"], ledger(app)["held"]) == (0, 0)


def test_a_client_that_leaves_frees_the_worker(tiny: Path):
    engine = engines.build("gemma", TOKENS, {"model_dir": tiny, "room": 1, "line": 1})
    app = mock(engine)
    try:
        gone = ask(app, body(max_tokens=4000, logit_bias=NO_END, stream=True), leaves_after=3)
        assert not gone.ended
        assert ask(app, body(max_tokens=2)).status == 200
    finally:
        engine.close()


class Killing:
    """An engine whose worker is killed once, after so many pieces."""

    def __init__(self, engine: Gemma, after: int) -> None:
        self._engine, self._after = engine, after
        self.name, self.version = engine.name, engine.version
        self.adapters, self.count, self.close = engine.adapters, engine.count, engine.close

    async def pieces(self, prompt: Prompt):
        seen = 0
        async for piece in self._engine.pieces(replace(prompt)):
            seen += 1
            if seen == self._after:
                os.kill(self._engine.worker, signal.SIGTERM)
            yield piece
