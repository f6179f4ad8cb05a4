"""A connection that speaks ASGI: what an answer becomes there."""

from __future__ import annotations

from typing import Any

from mock_server.connection import Asgi
from mock_server.message import Reply
from tests.mock_server.driving import LOOP


def test_a_stream_that_was_made_whole_is_sent_event_by_event_without_a_length() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("nothing is asked of the client")

    async def send(message: Any) -> None:
        sent.append(message)

    reply = Reply(200, b"", {"content-type": "text/event-stream"}, (b"data: 1\n\n", b"data: 2\n\n"))
    LOOP.run_until_complete(Asgi(receive, send).whole(reply))
    start, *chunks, end = sent
    assert start["headers"] == [(b"content-type", b"text/event-stream")]
    assert [chunk["body"] for chunk in chunks] == list(reply.events)
    assert all(chunk["more_body"] for chunk in chunks)
    assert (end["body"], end.get("more_body", False)) == (b"", False)
