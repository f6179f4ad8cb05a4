"""The edge: one ASGI request in, one answer out. Knows nothing of what is answered or why."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from mock_server import shapes
from mock_server.agenda import Agenda
from mock_server.call import Call
from mock_server.connection import (
    CONNECTION,
    Asgi,
    Connection,
    GoneError,
    Message,
    Receive,
    Send,
    Watch,
    on_a_task,
)
from mock_server.errand import Errand
from mock_server.express import LARGEST, Express
from mock_server.gateway import Gateway
from mock_server.heads import Head, Heads
from mock_server.journal import Journal
from mock_server.ledger import Ending
from mock_server.message import Headers, Incoming, Reply
from mock_server.past import Past
from mock_server.problem import Problem
from mock_server.quota import SECOND
from mock_server.sending import Sender, read, whole
from mock_server.shared_express import Found, shared_express
from mock_server.state import Read, State, Wishes
from mock_server.stream import Stream, at_once, pieces, told
from mock_server.waiting import Waits

if TYPE_CHECKING:
    from mock_server.recording.tape import Playing


class Edge:
    """Drives calls: reads bodies, grants wishes, sends answers, settles each call once."""

    def __init__(
        self,
        gateway: Gateway,
        state: State,
        clock: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`clock` tells nanoseconds since the epoch; `sleep` takes seconds."""
        self.gateway = gateway
        self.state = state
        self.journal = Journal(getattr(state, "jot", None), tracing=gateway.settings.trace)
        self.past = Past()
        self.agenda = Agenda(clock, sleep)
        self.clock = clock
        self._waits = Waits(clock, sleep)
        self._shared = shared_express(gateway, state, clock, self._note)
        self._express = self._shared or Express(gateway, state, clock)
        self.short_ways = self._express.paths
        """Paths for which `at_once` is worth a try."""
        self.heads = Heads()
        """Those that `at_once` was asked with, for whoever sees their bytes."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["method"] == "POST" and CONNECTION not in scope.get("extensions", ()):
            receive, call = await self._at_first_sight(scope, receive, send)
            if call is not None:
                if not call.status:
                    await self.go_on(call, scope, receive, send)
                return
        incoming = Incoming(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            Headers(scope["headers"]),
            self.clock(),
        )
        await self._live(self.gateway.call(incoming), scope, receive, send, admitted=False)

    def head(self, path: bytes, headers: list[tuple[bytes, bytes]], length: str) -> Head | None:
        """Return the head of a POST with a body of that length, if `at_once` is worth a try."""
        short = length.isdecimal() and int(length) <= LARGEST
        return self._express.head(path, headers) if short and not self.journal.tracing else None

    def at_once(
        self, head: Head, body: bytes, *, streams: bool = False
    ) -> tuple[Call, Reply | None] | None:
        """Answer a POST that has come whole, if nothing about it is special: see `Express`.

        A call without a reply was admitted, and goes on by `go_on`.
        """
        if self.journal.tracing:
            return None
        found = self._express.answer(head, body, streams=streams)
        if found is not None and found[1] is not None:
            self._note(found[0])
        return found

    def soon(self, head: Head, body: bytes, then: Callable[[Found], None]) -> bool:
        """Do as `at_once` by a state that is waited for, and tell `then`; False for not at all."""
        shared = None if self.journal.tracing else self._shared
        return shared is not None and shared.soon(head, body, then, streams=True)

    async def later(self, head: Head, body: bytes) -> Found:
        """Return what `soon` would tell, or None; for whoever takes no streams."""
        shared = None if self.journal.tracing else self._shared
        return await shared.later(head, body) if shared is not None else None

    async def _at_first_sight(
        self, scope: Message, receive: Receive, send: Send
    ) -> tuple[Receive, Call | None]:
        """Do as `at_once` where a server hands out a body that has come whole.

        Returns how what was received can be received again, and the call, if there is one; with a
        status if it was answered.
        """
        path, headers = scope["path"].encode("latin-1", "replace"), scope["headers"]
        length = Headers(headers).get("content-length", "")
        head = self.head(path, headers, length)
        if head is None:
            return receive, None
        message = await receive()
        found = None
        if whole(message, length):
            body = message.get("body", b"")
            found = self.at_once(head, body) or await self.later(head, body)
        if found is None:
            return _again(message, receive), None
        call, reply = found
        if reply is not None:
            await Asgi(receive, send).whole(reply)
        return receive, call

    async def go_on(self, call: Call, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a call that `at_once` admitted."""
        await self._live(call, scope, receive, send, admitted=True)

    async def _live(
        self, call: Call, scope: Message, receive: Receive, send: Send, *, admitted: bool
    ) -> None:
        if self.journal.tracing:
            self.journal.begin(call)
        own = scope.get("extensions", {}).get(CONNECTION)
        connection: Connection = own or Asgi(receive, send)
        sender = Sender(scope, connection, call, self._waits)
        try:
            if not admitted:
                await self._grant(self.gateway.admit(call), call, receive)
            await self._answer(call, receive, sender)
        except (GoneError, asyncio.CancelledError) as error:
            await self._grant(self.gateway.settle(call, Ending.INTERRUPTED), call, receive)
            if isinstance(error, asyncio.CancelledError):
                raise
        except Exception as error:
            # Its traceback holds this frame: were it held here too, neither would be let go.
            await self._refuse(told(error), call, receive, sender)
        finally:
            self._note(call)

    async def _refuse(self, problem: Problem, call: Call, receive: Receive, sender: Sender) -> None:
        await self._grant(self.gateway.settle(call, Ending.FAILED), call, receive)
        if not sender.started:
            await sender.whole(self.gateway.refuse(call, problem))

    def _note(self, call: Call) -> None:
        ended = self.clock()
        self.journal.note(call, ended)
        self.past.note(call, ended)

    async def flow(self, wishes: Wishes) -> Any:
        """Grant what a flow wishes that belongs to no call, and return what it returns."""
        granted: Any = None
        try:
            while True:
                wish = wishes.send(granted)
                assert not isinstance(wish, Read)
                if isinstance(wish, Errand):
                    granted = await wish.run(self)
                    continue
                granted = self.state.grant(wish, self.clock())
                if hasattr(granted, "__await__"):
                    granted = await granted
        except StopIteration as done:
            return done.value

    async def _answer(self, call: Call, receive: Receive, sender: Sender) -> None:
        if call.playing is not None:
            await self._play(call, call.playing, sender)
        elif call.prompt is None:
            await sender.whole(await self._grant(self.gateway.serve(call), call, receive))
        elif call.streams:
            await self._stream(call, receive, sender)
        else:
            await self._whole(call, receive, sender)

    async def _play(self, call: Call, playing: Playing, sender: Sender) -> None:
        reply = self.gateway.dressed(call, playing.head)
        if not playing.chunks:
            await sender.whole(reply)
            return
        async with Watch(sender.connection) as watch:
            await sender.head(reply)
            for chunk in playing.chunks:
                if playing.timed:
                    await self._waits.until(call, round(chunk.at * SECOND))
                await sender.connection.chunks((chunk.data,))
                await sender.connection.breathe()
        if not watch.gone:
            await sender.end()

    async def _whole(self, call: Call, receive: Receive, sender: Sender) -> None:
        assert call.prompt is not None
        answer = shapes.whole(self.gateway, call)
        whole = at_once(call)
        if whole is not None:
            answer.feed_completion(whole)
        elif isinstance(made := pieces(call), Iterator):
            answer.feed_all(made)
        else:
            async with Watch(sender.connection) as watch, aclosing(made):
                async for piece in made:
                    answer.feed(piece)
            if watch.gone:
                raise GoneError
        tokens = answer.usage.completion
        if call.schedule is not None:
            async with Watch(sender.connection) as watch:
                await self._waits.until(call, call.schedule.due(max(0, tokens - 1)))
            if watch.gone:
                raise GoneError
        call.delivered = tokens
        # First settled, then told: what the headers say of the limits is what was used.
        await self._grant(self.gateway.settle(call, Ending.COMPLETE), call, receive)
        await sender.whole(self.gateway.whole(call, answer.close(), tokens))

    async def _stream(self, call: Call, receive: Receive, sender: Sender) -> None:
        stream = Stream(self.gateway, call)
        if stream.rushes:
            gone = not await self._rush(call, stream, sender)
        else:
            async with Watch(sender.connection) as watch, aclosing(stream):
                await stream.begin()
                await sender.head(self.gateway.head(call))
                if stream.flat:
                    await sender.pace(stream.events_at_once())
                else:
                    events = call.behaviour.events(stream.events(), call)
                    async with aclosing(call.behaviour.writes(events, call)) as writes:
                        await sender.stream(writes)
            gone = watch.gone
        ending = Ending.INTERRUPTED if gone else stream.ending
        await self._grant(self.gateway.settle(call, ending), call, receive)
        if not gone:
            await sender.end()

    async def _rush(self, call: Call, stream: Stream, sender: Sender) -> bool:
        # What nothing makes wait needs neither a task nor layers of generators.
        try:
            stream.begin_at_once()
            await sender.head(self.gateway.head(call))
            return await sender.rush(stream.events_at_once())
        finally:
            sender.connection.when_gone(None)
            await stream.aclose()

    async def _grant(self, wishes: Wishes, call: Call, receive: Receive) -> Any:
        granted: Any = None
        try:
            while True:
                wish = wishes.send(granted)
                if isinstance(wish, Read):
                    granted = await read(call.incoming, wish.limit, receive)
                    continue
                if isinstance(wish, Errand):
                    await on_a_task()
                    granted = await wish.run(self)
                    continue
                granted = self.state.grant(wish, self.clock())
                if hasattr(granted, "__await__"):
                    await on_a_task()
                    granted = await granted
        except StopIteration as done:
            return done.value


def _again(message: Message, receive: Receive) -> Receive:
    """Return how to receive a message once more, and then what follows it."""
    waiting = [message]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received
