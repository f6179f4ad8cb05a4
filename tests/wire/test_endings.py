"""Every way an exchange can end, on both edges."""

from __future__ import annotations

import asyncio

import pytest

from conformance.errors import InternalError
from conformance.exchange import Ending, Exchange, Manner, Request, Sending, Wire
from conformance.redaction import Secrets
from conformance.wire import Edge, Settings, Timeouts
from tests.wire.scripted_server import AGAIN, DEAF, HOLD, RESET, Pause, Repeat, ScriptedServer, Step

PATIENT = Timeouts(connect=5, first_byte=5, idle=5, total=20)
HASTY = Timeouts(connect=5, first_byte=0.3, idle=0.3, total=2)
KEY = "sk-test-0123456789"
OK = b"HTTP/1.1 200 OK\r\n"
SSE = OK + b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chat(wire: Wire = Wire.SOCKET, **fields: object) -> Request:
    given: dict[str, object] = {"body": b'{"a":1}', "wire": wire, **fields}
    return Request("ask", "POST", "/chat/completions", **given)  # type: ignore[arg-type]


def perform(request: Request, *script: Step, times: Timeouts = PATIENT) -> Exchange:
    return converse([request], script, times=times)[0][0]


def converse(
    requests: list[Request], *scripts: tuple[Step, ...], times: Timeouts = PATIENT
) -> tuple[list[Exchange], ScriptedServer]:
    async def run() -> tuple[list[Exchange], ScriptedServer]:
        async with ScriptedServer(*scripts) as server:
            settings = Settings(server.url, timeouts=times)
            async with Edge(settings, Secrets({"valid": KEY})) as edge:
                return [await edge.perform(request) for request in requests], server

    return asyncio.run(run())


both = pytest.mark.parametrize("wire", list(Wire))


@both
def test_an_answer_with_a_length_is_complete(wire: Wire) -> None:
    got = perform(chat(wire), OK + b"X-Case: Kept\r\nContent-Length: 5\r\n\r\nhello")
    assert (got.ending, got.status, got.body, got.detail) == (Ending.COMPLETE, 200, b"hello", "")
    assert got.headers == (("X-Case", "Kept"), ("Content-Length", "5"))
    assert got.version == "HTTP/1.1"
    assert got.headers_at is not None
    assert got.headers_at <= got.arrivals[0].at <= got.ended_at


@both
def test_an_answer_that_ends_with_the_connection_is_complete(wire: Wire) -> None:
    got = perform(chat(wire), OK + b"\r\nhello")
    assert (got.ending, got.body) == (Ending.COMPLETE, b"hello")


@both
def test_a_body_cut_short_is_incomplete_and_kept(wire: Wire) -> None:
    got = perform(chat(wire), OK + b"Content-Length: 10\r\n\r\nhel")
    assert (got.ending, got.body) == (Ending.INCOMPLETE, b"hel")
    assert "10" in got.detail


@both
def test_a_stream_without_its_last_chunk_is_incomplete(wire: Wire) -> None:
    got = perform(chat(wire), SSE + b"3\r\nabc\r\n")
    assert (got.ending, got.body) == (Ending.INCOMPLETE, b"abc")


@both
def test_a_connection_closed_without_an_answer_is_incomplete(wire: Wire) -> None:
    got = perform(chat(wire))
    assert (got.ending, got.status, got.answered) == (Ending.INCOMPLETE, None, False)
    assert "before an answer" in got.detail


@both
@pytest.mark.parametrize("before", [b"", OK, SSE + b"3\r\nabc\r\n"])
def test_a_reset_at_any_phase_is_a_reset(wire: Wire, before: bytes) -> None:
    got = perform(chat(wire), before, Pause(0.05), RESET)
    assert got.ending is Ending.RESET
    assert got.body == (b"abc" if b"abc" in before else b"")


@both
@pytest.mark.parametrize("before", [b"", OK, SSE, SSE + b"3\r\nabc\r\n"])
def test_silence_at_any_phase_is_a_timeout(wire: Wire, before: bytes) -> None:
    got = perform(chat(wire), before, HOLD, times=HASTY)
    assert got.ending is Ending.TIMEOUT
    assert "0.3 s" in got.detail


@both
def test_a_drip_is_stopped_by_the_total_time(wire: Wire) -> None:
    got = perform(chat(wire, timeout=0.4), SSE, Repeat(b"1\r\nx\r\n", pause=0.02))
    assert got.ending is Ending.TIMEOUT
    assert "0.4 s" in got.detail
    assert got.body


@both
def test_a_port_that_nobody_listens_on_is_refused(wire: Wire) -> None:
    async def run() -> Exchange:
        async with ScriptedServer([]) as server:
            url = server.url
        async with Edge(Settings(url, timeouts=PATIENT), Secrets({"valid": KEY})) as edge:
            return await edge.perform(chat(wire))

    got = asyncio.run(run())
    assert got.ending is Ending.REFUSED
    assert got.detail == "no connection: connection refused"


@both
def test_a_host_that_does_not_exist_is_refused(wire: Wire) -> None:
    async def run() -> Exchange:
        settings = Settings("http://no-such-host.invalid/v1", timeouts=PATIENT)
        async with Edge(settings, Secrets({"valid": KEY})) as edge:
            return await edge.perform(chat(wire))

    got = asyncio.run(run())
    assert got.ending is Ending.REFUSED


@both
def test_what_is_not_http_is_malformed(wire: Wire) -> None:
    got = perform(chat(wire), b"<html>hello</html>\r\n\r\n")
    assert got.ending is Ending.MALFORMED
    assert "illegal status line" in got.detail
    assert got.body == (b"<html>hello</html>\r\n\r\n" if wire is Wire.SOCKET else b"")


@both
def test_a_body_over_the_cap_is_too_large_and_kept_up_to_it(wire: Wire) -> None:
    got = perform(chat(wire), OK + b"\r\n", Repeat(b"x" * 1048576, 10))
    assert got.ending is Ending.TOO_LARGE
    assert len(got.body) == 8 * 1024 * 1024


@both
def test_closing_after_some_events_is_abandoned(wire: Wire) -> None:
    event = b"d\r\ndata: one\r\n\r\n\r\n"
    got = perform(chat(wire, manner=Manner(close_after_events=2)), SSE, Repeat(event, pause=0.02))
    assert got.ending is Ending.ABANDONED
    assert got.body.count(b"data:") == 2


def test_the_socket_shows_which_chunk_bytes_came_in() -> None:
    got = perform(chat(), SSE + b"3\r\nab", Pause(0.05), b"c\r\n1\r\nd\r\n0\r\n\r\n")
    assert got.ending is Ending.COMPLETE
    assert [(a.start, a.chunk) for a in got.arrivals] == [(0, 0), (2, 0), (3, 1)]


def test_the_socket_shows_interim_answers_and_trailers() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    got = perform(chat(), hint, hint + SSE + b"1\r\na\r\n0\r\nX-End: Yes\r\n\r\n")
    assert (got.interim, got.trailers) == ((103, 103), (("X-End", "Yes"),))
    assert got.headers[0] == ("Content-Type", "text/event-stream")


def test_bytes_behind_the_end_are_told() -> None:
    got = perform(chat(), OK + b"Content-Length: 2\r\n\r\nhello")
    assert (got.ending, got.body) == (Ending.COMPLETE, b"he")
    assert got.detail.startswith("3 bytes")


def test_reading_byte_by_byte_gives_the_same_body() -> None:
    got = perform(chat(manner=Manner(byte_by_byte=True)), SSE + b"5\r\nhello\r\n0\r\n\r\n")
    assert (got.ending, got.body, len(got.arrivals)) == (Ending.COMPLETE, b"hello", 5)


def test_a_pause_holds_reading_back_and_loses_nothing() -> None:
    got = perform(
        chat(manner=Manner(pause=0.2)), SSE + b"1\r\na\r\n", Pause(0.02), b"1\r\nb\r\n0\r\n\r\n"
    )
    assert (got.ending, got.body) == (Ending.COMPLETE, b"ab")
    assert got.arrivals[1].at - got.arrivals[0].at >= 0.15


@both
def test_the_edge_adds_its_headers_and_sends_the_path_as_given(wire: Wire) -> None:
    request = Request("one", "GET", "/models/google%2Fgemma/../x", wire=wire)
    (_,), server = converse([request], (OK + b"Content-Length: 0\r\n\r\n",))
    sent = server.requests[0]
    assert sent.startswith(b"GET /v1/models/google%2Fgemma/../x HTTP/1.1\r\nHost: 127.0.0.1:")
    for line in (f"Authorization: Bearer {KEY}", "User-Agent: gonogo", "Accept-Encoding: identity"):
        assert line.encode() + b"\r\n" in sent
    assert b"Content-Length" not in sent


@both
def test_templates_name_keys_and_keys_made_from_them(wire: Wire) -> None:
    requests = [
        chat(wire, authorization=text)
        for text in ("bearer {valid_longer}", "Bearer {valid_shorter}", "Bearer nonsense", None)
    ]
    _, server = converse(requests, (OK + b"Content-Length: 0\r\n\r\n",))
    assert [b"Authorization: " in sent for sent in server.requests] == [True, True, True, False]
    assert f"bearer {KEY}x\r\n".encode() in server.requests[0]
    assert f"Bearer {KEY[:-1]}\r\n".encode() in server.requests[1]
    assert KEY.encode() not in server.requests[2] + server.requests[3]


def test_a_key_that_was_not_given_is_our_own_error() -> None:
    with pytest.raises(InternalError, match="over_limit"):
        perform(chat(authorization="Bearer {over_limit}"))


@both
def test_a_line_break_in_a_header_is_never_sent(wire: Wire) -> None:
    (got,), server = converse([chat(wire, headers=(("X-A", "b\r\nX-C: d"),))], (OK + b"\r\n",))
    assert (got.ending, server.connections) == (Ending.REFUSED, 0)
    assert got.detail.startswith("not sent")


def test_the_pool_keeps_connections_and_the_socket_never_does() -> None:
    answer = OK + b"Content-Length: 1\r\n\r\na"
    for wire, connections in ((Wire.POOL, 1), (Wire.SOCKET, 3)):
        got, server = converse([chat(wire)] * 3, (answer, AGAIN))
        assert [exchange.body for exchange in got] == [b"a"] * 3
        assert server.connections == connections


def test_a_body_is_sent_in_chunks_cut_where_told() -> None:
    request = chat(body=b"hello", sending=Sending(chunks=(1, 3)))
    _, server = converse([request], (OK + b"Content-Length: 0\r\n\r\n",))
    assert server.requests[0].endswith(b"\r\n\r\n1\r\nh\r\n2\r\nel\r\n2\r\nlo\r\n0\r\n\r\n")
    assert b"Content-Length" not in server.requests[0]


def test_a_false_length_is_sent_as_told() -> None:
    request = chat(body=b"hello", sending=Sending(content_length="3", byte_by_byte=True))
    _, server = converse([request], (OK + b"Content-Length: 0\r\n\r\n",))
    assert server.requests[0].endswith(b"Content-Length: 3\r\n\r\nhel")


def test_expect_continue_holds_the_body_until_the_interim_answer() -> None:
    request = chat(wire=Wire.POOL, sending=Sending(expect_continue=True))
    go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
    (got,), server = converse([request], (go_on, Pause(0.1), OK + b"Content-Length: 0\r\n\r\n"))
    assert (got.ending, got.interim) == (Ending.COMPLETE, (100,))
    assert server.requests[0].endswith(b"Expect: 100-continue\r\nContent-Length: 7\r\n\r\n")


@both
def test_cancelling_passes_through(wire: Wire) -> None:
    async def run() -> None:
        async with (
            ScriptedServer([HOLD]) as server,
            Edge(Settings(server.url), Secrets({"valid": KEY})) as edge,
            asyncio.timeout(0.1),
        ):
            await edge.perform(chat(wire))

    with pytest.raises(TimeoutError):
        asyncio.run(run())


@both
def test_a_head_request_is_complete_without_a_body(wire: Wire) -> None:
    request = Request("one", "HEAD", "/models", wire=wire)
    got = converse([request], (OK + b"Content-Length: 500\r\n\r\n", HOLD))[0][0]
    assert (got.ending, got.body) == (Ending.COMPLETE, b"")


@both
def test_a_refusal_is_heard_before_the_whole_body_is_sent(wire: Wire) -> None:
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno!"
    got = perform(chat(wire, body=bytes(20_000_000), timeout=3), DEAF, refusal, Pause(0.5))
    assert (got.ending, got.status, got.body) == (Ending.COMPLETE, 413, b"no!")
