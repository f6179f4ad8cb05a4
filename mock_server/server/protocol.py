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
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_server.connection import CONNECTION, TRANSPORT
from mock_server.problem import Problem
from mock_server.server.cycle import Cycle, written
from mock_server.text import dumps

STATUS_LINE = b"HTTP/1.1 400 Bad Request\r\n"


class Protocol(HttpToolsProtocol):
    """A connection whose bytes can be reached from below HTTP, and that refuses in JSON."""

    _unread = False
    """The head of a request has come and its body has not; within one read."""
    _body = b""
    """What came of that body."""
    _idle = False
    """The last answer is complete and nothing came since."""
    _idle_since = 0.0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._edge: Any = getattr(self.app, "edge", None)
        self._short_ways = self._edge.short_ways if self._edge is not None else frozenset()

    def data_received(self, data: bytes) -> None:
        """Take bytes; a request whose body is still to come goes on in a task."""
        self._idle = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.send_400_response("")
        except httptools.HttpParserUpgrade:
            # Nothing else is spoken here; the request is answered as if it had not asked.
            pass
        if self._unread and not self.transport.is_closing():
            cycle = self._cycle()
            cycle.body += self._body
            self._start_asgi_task(cycle, self.app)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever answers that there is nobody left to answer."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.left()

    def on_message_begin(self) -> None:
        """Begin a request."""
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
        before: Any = self.cycle
        if before is None or before.response_complete:
            self._unread = True
            self._body = b""
            return
        self.flow.pause_reading()
        self.pipeline.appendleft((self._cycle(), self.app))

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        if self._unread:
            self._body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Begin a request that has come whole."""
        if not self._unread:
            super().on_message_complete()
            return
        if self.transport.is_closing():
            self._unread = False
            return
        found = None
        if self.url in self._short_ways and self._plain():
            found = self._edge.at_once(self.url, self.headers, self._body)
            if found is not None and found[1] is not None:
                self._unread = False
                self.transport.write(written(found[1], self.server_state.default_headers))
                self.on_response_complete()
                return
        cycle = self._cycle()
        cycle.body += self._body
        cycle.more_body = False
        cycle.message_event.set()
        app: Any = self.app if found is None else partial(self._edge.go_on, found[0])
        self._begin(cycle.run_asgi(app))

    def on_response_complete(self) -> None:
        """Take the next request, or wait for one; one timer serves a connection for long."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle = True
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._wait_for_more(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection on which nothing has come for long."""
        self.timeout_keep_alive_task = None
        if not self._idle or self.transport.is_closing():
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._wait_for_more(left)
        else:
            self.transport.close()

    def _unset_keepalive_if_required(self) -> None:
        # The timer is left to run: it looks whether it still has something to do.
        return

    def _wait_for_more(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

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
        target = httptools.parse_url(self.url)
        path = target.path.decode("ascii")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
            "headers": self.headers,
            "state": self.app_state.copy(),
            "method": parser.get_method().decode("ascii"),
            "path": unquote(path) if "%" in path else path,
            "raw_path": target.path,
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

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, in the shape of every other refusal, and close."""
        del msg
        self._unread = False
        problem = Problem(
            None,
            "This is not a valid HTTP/1.1 request. Check its request line and headers.",
            status=400,
            type="invalid_request_error",
        )
        body = dumps(problem.document())
        head = (
            b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            % len(body)
        )
        self.transport.write(STATUS_LINE + head + body)
        self.transport.close()
