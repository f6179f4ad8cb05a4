"""A connection that knows heads again answers as one that reads each anew, to the byte."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from mock_server.engines.seeded import Seeded
from mock_server.heads import Heads
from mock_server.keys import digest
from mock_server.server import configured
from mock_server.server.protocol import Protocol
from tests.mock_server.control.asking import TOKEN, control
from tests.mock_server.driving import LOOP, TOKENS, App, mock
from tests.parsers.test_mock_http import (
    BODY,
    CHAT,
    CHUNKED,
    HEAD,
    KEY,
    MODELS,
    STATUS,
    STREAMED,
    Wire,
)
from tests.parsers.test_sse import CUTS, cut

NOW = 1_700_000_000 * 10**9


def request(body: bytes, more: bytes = b"", *, length: int | None = None) -> bytes:
    given = len(body) if length is None else length
    rest = b"Content-Type: application/json\r\n%bContent-Length: %d\r\n\r\n" % (more, given)
    return HEAD + rest + body


CUT = BODY[:-1] + b',"max_tokens":7}'
ASKED = (
    CHAT, CHAT, request(CUT), request(CUT[:-1] + b',"stream":true}'), request(STREAMED),
    # Of the length of one that is right.
    request(b" " * len(BODY)), request(BODY.replace(b"user", b"wizz")), request(BODY[:-1] + b"]"),
    request(BODY, length=len(BODY) + 1), request(BODY, length=len(BODY) - 1), request(b""),
    request(BODY, b"Connection: close\r\n"), request(BODY, b"Expect: 100-continue\r\n"),
    request(BODY, b"Connection: upgrade\r\nUpgrade: h2c\r\n"), request(BODY, b"Accept: */*\r\n"),
    CHAT.replace(b"HTTP/1.1", b"HTTP/1.0"), CHAT.replace(b"sk-aig-mock", b"sk-aig-mick"),
    CHAT.replace(b"Host: a", b"Host: b\r\nHost: a"), CHUNKED, MODELS, b"\r\n", b"\r\n\r\n", b"GET",
    CHAT[:-3], CHAT[-3:], CHAT + CHAT, CHAT + MODELS, CHAT + b"GET", request(STREAMED) + CHAT,
)  # fmt: skip
READS = st.lists(st.sampled_from((CHAT, *ASKED)), min_size=1, max_size=8)


class Forgetful(Heads):
    """Knows none again."""

    def remember(self, *given: Any) -> None:
        """Forget it."""


def made(heads: Heads) -> App:
    ids = itertools.count()
    app = mock(Seeded(TOKENS), clock=lambda: NOW, ids=lambda: f"{next(ids)}", control_token=TOKEN)
    app.edge.heads = heads
    return app


async def answers(app: App, reads: list[bytes], *, patient: bool = True) -> tuple[bytes, bool]:
    """Return what a connection writes if it takes so many bytes at a time, and if it was closed.

    Who is not patient does not wait for an answer before the next bytes.
    """
    state, wire = ServerState(), Wire()
    config = configured(app)
    connection = Protocol(config=config, server_state=state, app_state={})
    connection.connection_made(wire)
    for read in reads:
        if not wire.closed:
            connection.data_received(read)
            if patient:
                await settled(state)
    await settled(state)
    closed = wire.closed
    connection.connection_lost(None)
    await asyncio.wait_for(asyncio.gather(*state.tasks, return_exceptions=True), 10)
    return bytes(wire.written), closed


async def settled(state: ServerState) -> None:
    """Wait until nothing goes on but what waits for more bytes."""
    for _ in range(200):
        await asyncio.sleep(0)
        if all(task.done() for task in state.tasks):
            return


@settings(max_examples=150, deadline=None)
@given(asked=READS, cuts=st.none() | CUTS, patient=st.booleans())
@example([CHAT, CHAT[:-3], CHAT[-3:]], None, True)
@example([request(CUT), request(CUT) + CHAT], None, True)
@example([CHAT, request(STREAMED), CHAT], None, False)
@example([CHAT, b"GET", CHAT], None, True)
def test_a_head_known_again_changes_nothing(
    asked: list[bytes], cuts: list[float] | None, patient: bool
) -> None:
    reads = asked if cuts is None else [one for one in cut(b"".join(asked), cuts) if one]
    knowing, forgetful = made(Heads()), made(Forgetful())
    for _ in range(2):
        one = LOOP.run_until_complete(answers(knowing, reads, patient=patient))
        assert one == LOOP.run_until_complete(answers(forgetful, reads, patient=patient))
    assert knowing.edge.state.ledger() == forgetful.edge.state.ledger()
    assert knowing.edge.journal.lines() == forgetful.edge.journal.lines()


def test_a_head_that_comes_again_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app, parsed = made(Heads()), []
    monkeypatch.setattr(Protocol, "on_url", lambda self, url: parsed.append(url) or self._url(url))
    monkeypatch.setattr(Protocol, "_url", HttpToolsProtocol.on_url, raising=False)
    written, _ = LOOP.run_until_complete(answers(app, [CHAT, CHAT, CHAT, CHUNKED, CHAT]))
    assert STATUS.findall(written) == [b"200"] * 5
    assert len(parsed) == 2


def test_a_key_that_is_revoked_opens_nothing_though_its_head_is_known() -> None:
    app, statuses = made(Heads()), []
    for _ in range(2):
        written, _ = LOOP.run_until_complete(answers(app, [CHAT, CHAT]))
        statuses += STATUS.findall(written)
        control(app, "DELETE", f"keys/{digest(KEY)}")
    assert statuses == [b"200", b"200", b"401", b"401"]
