"""TLS and proxies on both edges."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.exchange import Ending, Exchange, Request, Wire
from conformance.redaction import Secrets
from conformance.wire import Edge, Settings, Timeouts, Trust, is_loopback, origin, proxy_for
from tests.wire.certificates import certificate, server_context
from tests.wire.scripted_server import ScriptedServer

ANSWER = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
both = pytest.mark.parametrize("wire", list(Wire))


def ask(wire: Wire, server_file: Path, trust: Trust, *more: ssl.SSLContext) -> Exchange:
    async def run() -> Exchange:
        context = more[0] if more else server_context(server_file)
        async with ScriptedServer([ANSWER], tls=context) as server:
            times = Timeouts(connect=5, first_byte=5, idle=5, total=10)
            settings = Settings(server.url, timeouts=times, trust=trust)
            async with Edge(settings, Secrets({"valid": "sk-1234567890"})) as edge:
                return await edge.perform(Request("ask", "GET", "/models", wire=wire))

    return asyncio.run(run())


@both
def test_a_trusted_certificate_carries_an_exchange(wire: Wire, tmp_path: Path) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    got = ask(wire, file, Trust(authorities=str(file)))
    assert (got.ending, got.body) == (Ending.COMPLETE, b"hi")


@both
def test_an_unknown_certificate_is_refused_with_the_reason(wire: Wire, tmp_path: Path) -> None:
    got = ask(wire, certificate(tmp_path, "127.0.0.1"), Trust())
    assert got.ending is Ending.REFUSED
    assert "certificate is refused: self-signed" in got.detail


@both
def test_a_certificate_for_another_name_is_refused(wire: Wire, tmp_path: Path) -> None:
    file = certificate(tmp_path, "other.example")
    got = ask(wire, file, Trust(authorities=str(file)))
    assert got.ending is Ending.REFUSED
    assert "mismatch" in got.detail


@both
def test_an_expired_certificate_is_refused(wire: Wire, tmp_path: Path) -> None:
    file = certificate(tmp_path, "127.0.0.1", days=-1)
    got = ask(wire, file, Trust(authorities=str(file)))
    assert got.ending is Ending.REFUSED
    assert "expired" in got.detail


@both
def test_checking_can_be_switched_off(wire: Wire, tmp_path: Path) -> None:
    got = ask(wire, certificate(tmp_path, "other.example"), Trust(verify=False))
    assert got.ending is Ending.COMPLETE


@both
def test_a_client_certificate_is_shown(wire: Wire, tmp_path: Path) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    context = server_context(file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(file)
    shown = ask(wire, file, Trust(authorities=str(file), client_certificate=str(file)), context)
    assert shown.ending is Ending.COMPLETE
    hidden = ask(wire, file, Trust(authorities=str(file)), context)
    assert hidden.ending in {Ending.REFUSED, Ending.RESET, Ending.INCOMPLETE}


@both
def test_plain_http_on_a_tls_port_is_refused_without_a_hang(wire: Wire) -> None:
    async def run() -> Exchange:
        async with ScriptedServer([b"HTTP/1.1 400 Bad\r\n\r\n"]) as server:
            url = server.url.replace("http:", "https:")
            times = Timeouts(connect=0.3, first_byte=0.3, idle=0.3, total=1)
            async with Edge(Settings(url, timeouts=times), Secrets({})) as edge:
                request = Request("ask", "GET", "/models", wire=wire, authorization=None)
                return await edge.perform(request)

    assert asyncio.run(run()).ending is Ending.REFUSED


def test_a_file_without_certificates_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("nothing")
    for name in ("x.pem", "absent.pem"):
        with pytest.raises(UsageError, match="certificates cannot be loaded"):
            Edge(Settings("https://x", trust=Trust(authorities=str(tmp_path / name))), Secrets({}))


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://x/v1", "http://", "http://[::1", "http://x:99999", "http://a b/"]
)
def test_what_is_no_base_url_is_one_sentence(url: str) -> None:
    with pytest.raises(UsageError, match="target"):
        origin(url)


def test_an_origin_shows_no_password() -> None:
    where = origin("https://user:secret@Gateway.Example:8443/v1/?key=1")
    assert where.url == "https://gateway.example:8443/v1"
    assert origin("http://[::1]:80/").authority == "[::1]:80"
    assert origin("http://bücher.example").host == "xn--bcher-kva.example"


def test_only_loopback_goes_around_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    assert proxy_for(origin("https://gateway.example")) == "http://proxy.example:3128"
    assert proxy_for(origin("http://gateway.example")) is None
    for host in ("localhost", "127.0.0.1", "127.9.9.9", "[::1]", "a.localhost"):
        assert proxy_for(origin(f"https://{host}:1")) is None
    assert not is_loopback("gateway.example")


def test_a_socket_goes_through_a_proxy_by_a_tunnel() -> None:
    async def run(*script: bytes) -> tuple[Exchange, ScriptedServer]:
        async with ScriptedServer(script) as proxy:
            url = proxy.url.replace("://", "://me:pass%20word@")
            times = Timeouts(connect=5, first_byte=5, idle=5, total=10)
            settings = Settings("http://gateway.example/v1", proxy=url, timeouts=times)
            async with Edge(settings, Secrets({"valid": "sk-1234567890"})) as edge:
                request = Request("ask", "GET", "/models", wire=Wire.SOCKET)
                return await edge.perform(request), proxy

    got, proxy = asyncio.run(run(b"HTTP/1.1 200 OK\r\n\r\n", ANSWER))
    assert (got.ending, got.body) == (Ending.COMPLETE, b"hi")
    assert proxy.requests[0].startswith(b"CONNECT gateway.example:80 HTTP/1.1\r\n")
    assert b"Basic bWU6cGFzcyB3b3Jk\r\n" in proxy.requests[0]
    assert b"sk-1234567890" not in proxy.requests[0]
    got, _ = asyncio.run(run(b"HTTP/1.1 407 No\r\n\r\n"))
    assert got.ending is Ending.REFUSED


def test_an_unusable_proxy_and_a_missing_h2_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UsageError, match="proxy"):
        Edge(Settings("http://x", proxy="nonsense://x"), Secrets({}))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="h2"):
        Edge(Settings("http://x", http2=True), Secrets({}))
