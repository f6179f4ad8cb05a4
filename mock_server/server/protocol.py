"""The mock's HTTP connection: uvicorn's, which also answers at once what nothing makes wait.

A request that has come whole is begun where it was read: its coroutine runs until it waits for
something, and most never do. Only one that waits gets a task. Knows no route.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_server.connection import CONNECTION, TRANSPORT
from mock_server.problem import Problem
from mock_server.server.cycle import Cycle
from mock_server.text import dumps

STATUS_LINE = b"HTTP/1.1 400 Bad Request\r\n"


class Protocol(HttpToolsProtocol):
    """A connection whose bytes can be reached from below HTTP, and that refuses in JSON."""

    _unread: Cycle | None = None
    """Whose head has come, and whose body has not yet, within one read."""
    _idle = False
    """The last answer is complete and nothing came since."""
    _idle_since = 0.0

    def data_received(self, data: bytes) -> None:
        """Take bytes; a request whose body is still to come goes on in a task."""
        self._idle = False
        super().data_received(data)
        if self._unread is not None:
            cycle, self._unread = self._unread, None
            if not self.transport.is_closing():
                self._start_asgi_task(cycle, self.app)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever answers that there is nobody left to answer."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.left()

    def on_headers_complete(self) -> None:
        """Take a request's head; as uvicorn does, with a cycle of our own."""
        scope, parser = self.scope, self.parser
        version = parser.get_http_version()
        target = httptools.parse_url(self.url)
        path = target.path.decode("ascii")
        scope["http_version"] = version
        scope["method"] = parser.get_method().decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = target.path
        scope["query_string"] = target.query or b""
        before: Any = self.cycle
        cycle = self.cycle = Cycle(
            scope=scope,
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
        extensions: Any = {TRANSPORT: self.transport, CONNECTION: cycle}
        scope["extensions"] = extensions
        if before is None or before.response_complete:
            self._unread = cycle
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def on_message_complete(self) -> None:
        """Begin a request that has come whole."""
        super().on_message_complete()
        if self._unread is not None:
            cycle, self._unread = self._unread, None
            if not self.transport.is_closing():
                self._begin(cycle.run_asgi(self.app))

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
        self._unread = None
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
