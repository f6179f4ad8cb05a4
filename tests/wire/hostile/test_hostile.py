"""Hostile gateways: whatever comes, an exchange ends in time and within memory."""

from __future__ import annotations

import asyncio
import base64
import resource
import time

import pytest

from conformance.evidence import Encoder, Header, decode
from conformance.exchange import MAX_BODY, Ending, Exchange, Request, Wire
from conformance.redaction import PLACEHOLDER, Secrets
from conformance.wire import Edge, Settings, Timeouts
from tests.wire.hostile.shapes import LENGTH, OK, SHAPES
from tests.wire.scripted_server import ScriptedServer, Step

BOUND = 20.0
"""Seconds that tell an end from a hang, even on a machine that is busy with other things."""

PATIENT = Timeouts(connect=5, first_byte=5, idle=5, total=5)
HASTY = Timeouts(connect=5, first_byte=0.25, idle=0.25, total=0.5)
MEMORY = 250 * 1024 * 1024
KEY = "sk-Zq8-hostile-4711"


def ask(wire: Wire, *scripts: tuple[Step, ...], times: Timeouts = PATIENT) -> list[Exchange]:
    """Hold one exchange for each script, over one edge."""

    async def run() -> list[Exchange]:
        async with ScriptedServer(*scripts) as server:
            settings = Settings(server.url, timeouts=times)
            async with Edge(settings, Secrets({"valid": KEY})) as edge:
                request = Request("ask", "POST", "/chat/completions", body=b"{}", wire=wire)
                return [await edge.perform(request) for _ in scripts]

    return asyncio.run(run())


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.parametrize("name", SHAPES)
def test_a_hostile_answer_ends_in_time_and_says_how(name: str, wire: Wire) -> None:
    shape = SHAPES[name]
    times = HASTY if Ending.TIMEOUT in shape.endings else PATIENT
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    began = time.monotonic()
    (got,) = ask(wire, shape.script, times=times)
    assert time.monotonic() - began < BOUND
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before < MEMORY
    assert got.ending in shape.endings
    assert len(got.body) <= MAX_BODY
    assert got.detail.isprintable()
    assert got.detail or got.ending is Ending.COMPLETE
    encoder = Encoder()
    lines = [encoder.header(Header("http://x")), encoder.exchange(got)]
    assert decode(lines).exchanges == (got,)


def test_there_are_sixty_shapes() -> None:
    assert len(SHAPES) >= 60


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.parametrize(
    "name", ["a reset within a chunk", "two answers", "silence within a chunk", "random bytes"]
)
def test_the_exchange_after_a_hostile_one_is_unharmed(name: str, wire: Wire) -> None:
    times = Timeouts(first_byte=2, idle=1)
    first, second = ask(wire, SHAPES[name].script, (LENGTH % 4 + b"fine",), times=times)
    assert first.ending in SHAPES[name].endings
    assert (second.ending, second.body) == (Ending.COMPLETE, b"fine")


@pytest.mark.parametrize("wire", list(Wire))
def test_a_key_is_hidden_wherever_it_comes_back(wire: Wire) -> None:
    raw = KEY.encode()
    script = (
        OK
        + b"X-Echo: Bearer %b\r\nSet-Cookie: sid=%b\r\nTransfer-Encoding: chunked\r\n\r\n"
        % (raw, raw)
        + b"5\r\nyou: \r\n5\r\n%b\r\n%x\r\n%b\r\n" % (raw[:5], len(raw) - 5, raw[5:])
        + b"%x\r\n%b\r\n" % (len(base64.b64encode(raw)), base64.b64encode(raw))
        + b"0\r\nX-Tail: %b\r\n\r\n" % raw,
    )
    (got,) = ask(wire, script)
    assert got.ending is Ending.COMPLETE
    assert KEY not in repr(got)
    assert base64.b64encode(raw)[:16].decode() not in repr(got)
    found = PLACEHOLDER.search(got.body)
    assert found is not None
    assert found.start() == 5
    assert [name for name, _ in got.headers] == ["X-Echo", "Set-Cookie", "Transfer-Encoding"]


@pytest.mark.parametrize("wire", list(Wire))
def test_a_key_in_a_broken_status_line_is_hidden_in_the_reason(wire: Wire) -> None:
    (got,) = ask(wire, (f"HTTP/1.1 nope {KEY}\r\n\r\n".encode(),))
    assert got.ending is Ending.MALFORMED
    assert KEY not in repr(got)


@pytest.mark.parametrize("wire", list(Wire))
def test_a_reason_obeys_no_terminal(wire: Wire) -> None:
    (got,) = ask(wire, (b"\x1b[2J\xe2\x80\xae evil\r\n\r\n",))
    assert "\x1b" not in got.detail
    assert got.detail.isprintable()


@pytest.mark.parametrize("wire", list(Wire))
def test_cookies_are_never_sent_back_and_redirects_never_followed(wire: Wire) -> None:
    answer = (
        b"HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nLocation: %b\r\nContent-Length: 0\r\n"
        b"Connection: close\r\n\r\n"
    )

    async def run() -> tuple[list[Exchange], ScriptedServer, ScriptedServer]:
        async with ScriptedServer((LENGTH % 0,)) as elsewhere:
            target = elsewhere.url.encode()
            async with (
                ScriptedServer((answer % target,)) as server,
                Edge(Settings(server.url), Secrets({"valid": KEY})) as edge,
            ):
                request = Request("ask", "GET", "/models", wire=wire)
                return [await edge.perform(request) for _ in range(2)], server, elsewhere

    got, server, elsewhere = asyncio.run(run())
    assert [exchange.status for exchange in got] == [302, 302]
    assert elsewhere.connections == 0
    assert not any(b"ookie" in sent for sent in server.requests)
