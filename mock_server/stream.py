"""A stream on its way: pieces to chunks to events to writes, each passed on as soon as it is made.

Knows no socket; whoever iterates decides how fast it runs, and stops it by closing it.
"""

from __future__ import annotations

import functools
import itertools
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import Any, cast

from mock_server import shapes, sse
from mock_server.admission import broken_off, failed, saturated
from mock_server.call import Call
from mock_server.chunking import chunked, chunked_later
from mock_server.completion import AtOnce, Completion, EngineFailure, EngineSaturated, Piece
from mock_server.gateway import Gateway
from mock_server.ledger import Ending
from mock_server.pace import Unit
from mock_server.problem import Problem

_log = logging.getLogger(__name__)


class Stream:
    """The answer to one call, as events."""

    def __init__(self, gateway: Gateway, call: Call) -> None:
        assert call.prompt is not None
        self._call = call
        self._answer = shapes.streamed(gateway, call)
        self._pieces = pieces(call)
        self._first: Piece | None = None
        self.ending = Ending.COMPLETE
        """How it ended, once it did."""

    async def aclose(self) -> None:
        """Stop the engine, if it has not stopped by itself."""
        if isinstance(self._pieces, AsyncGenerator):
            await self._pieces.aclose()
        else:
            self.close()

    def close(self) -> None:
        """Stop an engine that never waits."""
        if isinstance(self._pieces, Generator):
            self._pieces.close()

    @property
    def rushes(self) -> bool:
        """Nothing makes it wait: neither the engine, nor a pace, nor what behaves otherwise."""
        return self.flat and self._call.schedule is None

    @property
    def flat(self) -> bool:
        """Nothing but a pace makes it wait, and nothing changes it on its way."""
        waits = isinstance(self._pieces, AsyncGenerator)
        return not (waits or self._call.behaviour.touches_streams)

    def begin_at_once(self) -> None:
        """Make the first piece; raises Problem if the engine fails before there is one."""
        assert isinstance(self._pieces, Iterator)
        try:
            self._first = next(self._pieces, None)
        except Exception as error:
            raise told(error) from error

    async def begin(self) -> None:
        """Wait for the first piece; raises Problem if the engine fails before there is one."""
        if not isinstance(self._pieces, AsyncGenerator):
            self.begin_at_once()
            return
        try:
            self._first = await anext(self._pieces, None)
        except Exception as error:
            raise told(error) from error

    def events_at_once(self) -> Iterator[bytes]:
        """Yield the events of an engine that never waits; a failure of it is the last of them."""
        answer, call = self._answer, self._call
        assert isinstance(self._pieces, Iterator)
        assert call.prompt is not None
        spelled = call.prompt.logprobs
        alike = [
            sse.Repeated(functools.partial(answer.plain, choice)) for choice in range(call.prompt.n)
        ]
        try:
            yield from map(sse.event, answer.open())
            for piece in itertools.chain(filter(None, (self._first,)), self._pieces):
                if piece.text and piece.finish is None and not spelled:
                    answer.count(piece)
                    yield alike[piece.choice].event(piece.text)
                else:
                    yield from map(sse.event, answer.feed(piece))
                # Whoever comes back for more has sent what was yielded before.
                call.delivered += piece.tokens
            call.said = True
            yield from map(sse.event, answer.close())
        except Exception as error:
            yield self._failed(error)
            return
        yield sse.DONE

    async def events(self) -> AsyncGenerator[bytes]:
        """Yield the events; a failure of the engine is the last of them."""
        made = self._pieces
        if isinstance(made, Iterator) and not self._call.behaviour.touches_chunks:
            for event in self.events_at_once():
                yield event
            return
        try:
            waited = waiting(made) if isinstance(made, Iterator) else made
            async for chunk in self._call.behaviour.chunks(self._chunks(waited), self._call):
                yield sse.event(chunk)
        except Exception as error:
            yield self._failed(error)
            return
        yield sse.DONE

    def _failed(self, error: Exception) -> bytes:
        self.ending = Ending.FAILED
        problem = self._call.behaviour.problem(told(error, answering=True), self._call)
        self._call.code = problem.code
        return sse.error(problem.document()["error"])

    async def _chunks(self, made: AsyncIterator[Piece]) -> AsyncGenerator[dict[str, Any]]:
        for chunk in self._answer.open():
            yield chunk
        if self._first is not None:
            for chunk in self._answer.feed(self._first):
                yield chunk
            self._call.delivered += self._first.tokens
        async for piece in made:
            for chunk in self._answer.feed(piece):
                yield chunk
            self._call.delivered += piece.tokens
        self._call.said = True
        for chunk in self._answer.close():
            yield chunk


def pieces(call: Call) -> Iterator[Piece] | AsyncGenerator[Piece]:
    """Return what the engine makes for a call: at once, unless engine or behaviour may wait."""
    assert call.prompt is not None
    made = shapes.made(call)
    chunk = call.schedule.pace.chunk if call.schedule and call.streams else None
    if chunk is not None and chunk.unit is Unit.BYTES:
        chunk = None
    if isinstance(made, Iterator) and not call.behaviour.touches_pieces:
        return chunked(made, chunk) if chunk else made
    changed = call.behaviour.pieces(waiting(made), call)
    return chunked_later(changed, chunk) if chunk else changed


def at_once(call: Call) -> Completion | None:
    """Return the whole answer of an engine that makes it quicker than its pieces, else None."""
    assert call.prompt is not None
    if call.parts or call.behaviour.touches_pieces or not hasattr(call.engine, "completion"):
        return None
    return cast(AtOnce, call.engine).completion(call.prompt)


async def waiting(made: Iterator[Piece] | AsyncIterator[Piece]) -> AsyncGenerator[Piece]:
    """Return pieces as an asynchronous generator, which closes its source when it is closed."""
    try:
        if isinstance(made, Iterator):
            for piece in made:
                yield piece
        else:
            async for piece in made:
                yield piece
    finally:
        if isinstance(made, Generator):
            made.close()
        elif isinstance(made, AsyncGenerator):
            await made.aclose()


def told(error: BaseException, *, answering: bool = False) -> Problem:
    """Return what the client is told of an engine's failure: never the failure's own words.

    What was delivered before is charged, so amid an answer nothing else is claimed.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, EngineSaturated):
        return saturated(error.retry_after)
    if not isinstance(error, EngineFailure):
        _log.error("the engine broke", exc_info=error)
    return broken_off() if answering else failed()
