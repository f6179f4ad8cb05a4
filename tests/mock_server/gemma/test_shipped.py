"""What the shipped model has to be able to do, and how large it may be."""

import asyncio
from collections.abc import Iterator

import pytest

from mock_server import engines
from mock_server.completion import Choice, Completion, FinishReason, Prompt, Turn
from mock_server.engines.gemma import Gemma
from mock_server.gemma.folder import SHIPPED, Folder
from mock_server.tokens import Tokens


@pytest.fixture(scope="module")
def engine() -> Iterator[Gemma]:
    made = engines.build("gemma", Tokens.load(), {})
    assert isinstance(made, Gemma)
    yield made
    made.close()


def answer(engine: Gemma, text: str, adapter: str | None = None, cap: int = 100) -> Choice:
    turns = (Turn("user", text),)
    prompt = Prompt("m", "m", adapter, turns, engine.count(turns), cap, temperature=0.0)

    async def whole() -> Completion:
        return Completion.fold(prompt, [piece async for piece in engine.pieces(prompt)])

    return asyncio.run(whole()).choices[0]


def size(*names: str) -> int:
    return sum((SHIPPED / name).stat().st_size for name in names)


def test_it_is_small():
    assert size("model.onnx", "genai_config.json", "gonogo.json", "tokenizer.json") < 4 * 2**20
    for place in (Folder.open().adapters or {}).values():
        assert sum(file.stat().st_size for file in place.iterdir()) < 2**19


def test_it_brings_two_adapters(engine: Gemma):
    assert engine.adapters() == ("pirate", "json")


def test_three_voices_give_three_answers_that_stay_the_same(engine: Gemma):
    voices = (None, "pirate", "json")
    first = [answer(engine, "Hello", voice) for voice in voices]
    assert first == [answer(engine, "Hello", voice) for voice in voices]
    assert first[0].text == "Hello! How can I help you today?"
    assert first[1].text.startswith("Arr, matey!")
    assert first[2].text.startswith('{"answer": "')


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("repeat: hello world", "hello world"),
        ("repeat: zebra 42 apple", "zebra 42 apple"),
        ("Reply with the single word banana", "banana"),
        ("Count to five", "1, 2, 3, 4, 5"),
        ("Count to ten", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
        ("What is the capital of France?", "The capital of France is Paris."),
        ("My name is Zoe.", "Nice to meet you, Zoe. How can I help you?"),
    ],
)
def test_it_follows_and_stops_by_itself(engine: Gemma, asked: str, told: str):
    made = answer(engine, asked)
    assert (made.text, made.finish) == (told, FinishReason.STOP)


def test_a_story_runs_to_its_limit(engine: Gemma):
    made = answer(engine, "Tell me a long story about a fox.", cap=1000)
    assert (made.tokens, made.finish) == (1000, FinishReason.LENGTH)
