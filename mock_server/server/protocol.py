"""The mock's HTTP connection: uvicorn's, which also answers at once what nothing makes wait.

A request that has come whole is begun where it was read. Most are answered then and there, in one
write; of the others, one that waits for something gets a task. Knows no route.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any
from urllib.parse import unquote

import httptools

from mock_server.call import Call
from mock_server.connection import CONNECTION, TRANSPORT
from mock_server.heads import Head, Heads, plain
from mock_server.message import Reply
from mock_server.server.bounded import Bounded
from mock_server.server.cycle import Cycle, written
from mock_server.server.refusing import Unfit, inspect, not_http, too_long, too_many

Found = tuple[Call, Reply | None] | None
"""What `Edge.at_once` makes of a request."""


class Protocol(Bounded):
    """A connection whose bytes can be reached from below HTTP, and that refuses in JSON."""

    _body: bytes | bytearray = b""
    """What came of a body within one read."""
    _asked: tuple[Found] | None = None
    """What the edge made at once of the request that is being read, where it was asked already."""
    _asking: tuple[Head, bytes] | None = None
    """Head and body of the request that is being read, if the edge may ask a state about it."""
    _seen = b""
    """The bytes of one read that began with a request; only while they are read."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        edge = self._edge
        self._short_ways = edge.short_ways if edge is not None else frozenset()
        self._heads = edge.heads if edge is not None else Heads()

    def data_received(self, data: bytes) -> None:
        """Take bytes; a request whose body is still to come goes on in a task."""
        if self._between and self._free():
            known = self._heads.known(data)
            if known is not None:
                found = self._edge.at_once(*known, streams=True)
                if found is not None and found[1] is not None:
                    self.headers = self._head
                    self._answer(found[1])
                    return
                self._asked = (found,)
            self._seen = data
        self._barren += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Nothing else is spoken here; the request is answered as if it had not asked.
            self._between = False
        except httptools.HttpParserError as error:
            reason = error.__context__
            self._refuse(reason if isinstance(reason, Unfit) else not_http())
            return
        finally:
            self._seen = b""
        if self._barren or self._unread:
            self._go_on()

    def _go_on(self) -> None:
        """Look at what has not come whole."""
        # Of a head that goes on, or of the trailers of a body: both may go on for ever.
        if self._barren > self._most_bytes or len(self.headers) > self._most_lines:
            self._refuse(too_long(self._most_bytes, self._most_lines))
        elif self._unread and not self.transport.is_closing():
            self._begin_early()

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._open = True
        self._between = False
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        name = name.lower()
        self.headers.append((name, value))
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True

    def on_headers_complete(self) -> None:
        """Wait for the body, if it comes at once; a request behind another waits in any case."""
        # What follows as a header is a trailer, which nobody asked for: it changes nothing.
        self._head, self.headers = self.headers, []
        self._open = False
        if self._barren > self._most_bytes or len(self._head) > self._most_lines:
            self._weigh()
        before: Any = self.cycle
        if before is None or before.response_complete:
            self._unread = True
            self._body = b""
            return
        if len(self.pipeline) >= self._door.queued:
            raise too_many()
        self.flow.pause_reading()
        self.pipeline.appendleft((self._cycle(), self.app))

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._barren = 0
        if not self._unread:
            self._taken += len(body)
            super().on_body(body)
        elif not self._body:
            self._body = body
        else:
            # A body may come in very many parts: what grows must not be made anew each time.
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)
            self._body += body

    def on_message_complete(self) -> None:
        """Begin a request that has come whole."""
        self._barren = 0
        self._between = True
        if not self._unread:
            self.cycle.more_body = False
            self.cycle.message_event.set()
            self._idle_since = self.loop.time()
            return
        if self.transport.is_closing():
            self._unread = False
            return
        found = self._at_once()
        if found is not None and found[1] is not None:
            self._unread = False
            self._answer(found[1])
            return
        cycle = self._answering = self._cycle()
        cycle.body += self._body
        cycle.more_body = False
        cycle.message_event.set()
        asking, self._asking = self._asking, None
        if asking is not None and self._edge.soon(*asking, self._came):
            return
        app: Any = self.app if found is None else partial(self._edge.go_on, found[0])
        self._begin(cycle.run_asgi(app))

    def _came(self, found: Any) -> None:
        """Answer the request for which the edge asked a state, as it found."""
        cycle = self._answering
        if found is not None and found[1] is not None:
            self._begin(cycle.answer(found[1]))
        elif found is not None:
            self._begin(cycle.run_asgi(partial(self._edge.go_on, found[0])))
        elif not cycle.disconnected:
            self._begin(cycle.run_asgi(self.app))

    def _at_once(self) -> Found:
        asked, self._asked = self._asked, None
        if asked is not None:
            return asked[0]
        if self.url not in self._short_ways or not self._plain():
            return None
        head = plain(self._short_ways, self.url, self._head)
        if head is None:
            return None
        body = bytes(self._body)
        found: Found = self._edge.at_once(head, body, streams=True)
        if found is not None:
            self._heads.remember(self._seen, head, len(body))
        else:
            self._asking = head, body
        return found

    def _answer(self, reply: Reply) -> None:
        self.transport.write(written(reply, self.server_state.default_headers))
        self.on_response_complete()

    def _begin_early(self) -> None:
        """Begin a request whose body has not come whole."""
        try:
            cycle = self._cycle()
        except Unfit as reason:
            self._refuse(reason)
        except httptools.HttpParserError:
            self._refuse(not_http())
        else:
            cycle.body += self._body
            self._start_asgi_task(cycle, self.app)

    def on_response_complete(self) -> None:
        """Take the next request, or wait for one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._reason is not None:
            self._say(self._reason)
        else:
            self._idle_since = self.loop.time()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _free(self) -> bool:
        """Tell whether an answer may be written now."""
        cycle: Any = self.cycle
        done = cycle is None or cycle.response_complete
        return done and not (self.flow.write_paused or self.transport.is_closing())

    def _plain(self) -> bool:
        """Tell whether a request that has come whole asks nothing unusual of the connection."""
        parser = self.parser
        return (
            parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not self.expect_100_continue
            and not self.flow.write_paused
        )

    def _cycle(self) -> Cycle:
        """Return the cycle of a request whose head has come, as uvicorn would make it."""
        self._unread = False
        parser = self.parser
        version = parser.get_http_version()
        inspect(self._head, version)
        target = httptools.parse_url(self.url)
        path = (target.path or b"/").decode("ascii")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
            "headers": self._head,
            "state": self.app_state.copy(),
            "method": parser.get_method().decode("ascii"),
            "path": unquote(path) if "%" in path else path,
            "raw_path": target.path or b"/",
            "query_string": target.query or b"",
        }
        cycle = self.cycle = Cycle(
            scope=scope,  # type: ignore[arg-type]
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        scope["extensions"] = {TRANSPORT: self.transport, CONNECTION: cycle}
        return cycle

    def _begin(self, answering: Coroutine[Any, Any, None]) -> None:
        try:
            waits_for = answering.send(None)
        except StopIteration:
            return
        if waits_for is None:
            self._carry_on(answering)
        else:
            # A future, told by its flag that somebody waits for it: we, until there is a task.
            waits_for._asyncio_future_blocking = False
            waits_for.add_done_callback(lambda _: self._carry_on(answering))

    def _carry_on(self, answering: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(answering)
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)
