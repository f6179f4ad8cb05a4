"""The text the small Gemma is trained on: whole conversations, the same for the same seed."""

import importlib
import random
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from mock_server.tokens import Tokens

SCRIPTS = Path(__file__).parents[3] / "scripts"
CONTEXT = 4096


@pytest.fixture(scope="module")
def corpus() -> Any:
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield importlib.import_module("corpus")
    finally:
        sys.path.remove(str(SCRIPTS))


def chats(corpus: Any, seed: int, count: int) -> list[Any]:
    writer = corpus.Writer(random.Random(seed))
    return list(islice(iter(lambda: corpus.chat(writer), None), count))


def test_the_same_seed_writes_the_same(corpus: Any):
    assert chats(corpus, 1, 300) == chats(corpus, 1, 300) != chats(corpus, 2, 300)


def test_every_conversation_is_whole_and_fits_the_window(corpus: Any):
    tokens = Tokens.load()
    for made in chats(corpus, 3, 1500):
        assert len(made.turns) % 2 == 0
        assert all(turn.strip() for turn in made.turns[1::2])
        roles = ("user", "assistant")
        turns = [(roles[place % 2], turn) for place, turn in enumerate(made.turns)]
        assert tokens.count_prompt(turns) <= CONTEXT


def test_what_is_to_be_repeated_is_repeated(corpus: Any):
    writer = corpus.Writer(random.Random(4))
    for _ in range(300):
        asked, answer = corpus.exactly(writer).turns
        assert asked.endswith(answer)
