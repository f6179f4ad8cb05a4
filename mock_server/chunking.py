"""Chunking: pieces of a token each to pieces of several tokens or of whole words. Never waits."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator

from mock_server.completion import Piece
from mock_server.pace import Chunk, Unit


class Chunker:
    """Holds the pieces of each choice back until there are enough; nothing is held at the end."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._held: dict[int, list[Piece]] = {}

    def feed(self, piece: Piece) -> Iterator[Piece]:
        """Take a piece; return those that are large enough, or the last of their choice."""
        held = self._held.setdefault(piece.choice, [])
        words = self._chunk.unit is Unit.WORDS
        # Only the space before the next word tells that a word has ended.
        if words and held and piece.text[:1].isspace() and _words(held) >= self._chunk.size:
            yield _joined(held)
            held.clear()
        held.append(piece)
        if piece.finish is not None or (not words and _tokens(held) >= self._chunk.size):
            yield _joined(held)
            held.clear()


def chunked(pieces: Iterator[Piece], chunk: Chunk) -> Generator[Piece]:
    """Yield larger pieces of an engine that does not wait; closes it when closed."""
    chunker = Chunker(chunk)
    try:
        for piece in pieces:
            yield from chunker.feed(piece)
    finally:
        if isinstance(pieces, Generator):
            pieces.close()


async def chunked_later(pieces: AsyncIterator[Piece], chunk: Chunk) -> AsyncGenerator[Piece]:
    """Yield larger pieces of an engine that may wait; closes it when closed."""
    chunker = Chunker(chunk)
    try:
        async for piece in pieces:
            for larger in chunker.feed(piece):
                yield larger
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()


def _tokens(held: list[Piece]) -> int:
    return sum(piece.tokens for piece in held)


def _words(held: list[Piece]) -> int:
    return len("".join(piece.text for piece in held).split())


def _joined(held: list[Piece]) -> Piece:
    if len(held) == 1:
        return held[0]
    logprobs = tuple(one for piece in held for one in piece.logprobs)
    text = "".join(piece.text for piece in held)
    return Piece(held[0].choice, text, _tokens(held), logprobs, held[-1].finish)
