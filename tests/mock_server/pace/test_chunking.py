"""Chunks of tokens and of words: larger pieces that fold to the same answer."""

import asyncio
import json
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from mock_server.chunking import chunked, chunked_later
from mock_server.completion import Completion, FinishReason, Piece, Prompt, Turn
from mock_server.pace import Chunk, Pace, Unit
from tests.mock_server.driving import MODEL, ask, body, mock

PROMPT = Prompt(MODEL, MODEL, None, (Turn("user", "hi"),), 10, 100)
SAID = [" The", " qu", "ick", " brown", "", " fox", "es", " jump."]


def pieces(texts: list[str], choice: int = 0) -> list[Piece]:
    made = [Piece(choice, text) for text in texts]
    return [*made, Piece(choice, "", 1, (), FinishReason.STOP)]


def texts(told: str, said: list[str] | None = None) -> list[str]:
    made = chunked(iter(pieces(said or SAID)), Chunk.read(told))
    return [piece.text for piece in made]


def test_tokens_are_counted_even_where_they_have_no_text() -> None:
    assert texts("3tokens") == [" The quick", " brown fox", "es jump."]
    assert texts("100tokens") == ["".join(SAID)]


def test_words_stay_whole() -> None:
    assert texts("1word") == [" The", " quick", " brown", " foxes", " jump."]
    assert texts("2words") == [" The quick", " brown foxes", " jump."]


@given(
    st.lists(st.sampled_from([*SAID, "\n", "日本", "a b "]), max_size=12),
    st.integers(1, 5),
    st.sampled_from([Unit.TOKENS, Unit.WORDS]),
)
def test_larger_pieces_fold_to_the_same_answer(said: list[str], size: int, unit: Unit) -> None:
    made = pieces(said)
    larger = list(chunked(iter(made), Chunk(size, unit)))
    assert Completion.fold(PROMPT, larger) == Completion.fold(PROMPT, made)
    assert [piece.finish for piece in larger[:-1]] == [None] * (len(larger) - 1)


def test_an_engine_that_waits_is_chunked_alike_and_closed() -> None:
    closed = []

    async def slowly() -> AsyncIterator[Piece]:
        try:
            for piece in pieces(SAID):
                await asyncio.sleep(0)
                yield piece
        finally:
            closed.append(True)

    async def gathered() -> list[str]:
        return [piece.text async for piece in chunked_later(slowly(), Chunk(2, Unit.WORDS))]

    assert asyncio.run(gathered()) == texts("2words")
    assert closed


def test_choices_are_chunked_apart_over_the_whole_mock() -> None:
    app = mock(pace=Pace.read({"chunk": "4tokens"}))
    answer = ask(app, body(n=2, stream=True))
    contents = [line for line in answer.body.split(b"\n\n") if b'"content":"' in line]
    spoken = [line for line in contents if b'"content":""' not in line]
    assert len(spoken) == 6
    plain = ask(mock(), body(n=2)).document["choices"]
    for choice in plain:
        marked = b'"index":%d' % choice["index"]
        told = "".join(_content(line) for line in spoken if marked in line)
        assert told == choice["message"]["content"]


def _content(line: bytes) -> str:
    text: str = json.loads(line.removeprefix(b"data: "))["choices"][0]["delta"]["content"]
    return text
