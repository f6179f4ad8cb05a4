"""The mock over HTTPS: served by a certificate, at one address throughout, and bounded as ever."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization

from mock_server.beside import serving
from mock_server.door import Door
from mock_server.server.tls import check
from mock_server.settings import Settings, SettingsError
from tests.wire.certificates import certificate
from tests.wire.hostile_clients.stronghold import HASTY, Stronghold, stronghold
from tests.wire.serving import CHAT, HELLO, KEY

AUTHORISED = {"authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")


@pytest.fixture(scope="module")
def mock(file: Path) -> Iterator[Stronghold]:
    with stronghold("--tls-cert", str(file), *HASTY, trust=trusting(file)) as running:
        yield running


def trusting(file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(file))


def test_answers_and_streams_come_over_https_and_addresses_say_so(
    mock: Stronghold, file: Path
) -> None:
    assert mock.ready["base_url"] == f"https://127.0.0.1:{mock.port}/v1"
    assert mock.ready["control_url"].startswith("https://")
    with httpx.Client(base_url=mock.url, verify=trusting(file), headers=AUTHORISED) as client:
        assert client.post(CHAT, json=HELLO).status_code == 200
        assert client.post(CHAT, json={**HELLO, "stream": True}).text.endswith("data: [DONE]\n\n")
        assert f"{mock.url}/v1" in client.get("/llms.txt").text
    assert mock.control("ledger")["held"] == 0
    page = {"origin": mock.url, "authorization": f"Bearer {mock.ready['control_token']}"}
    told = httpx.get(mock.ready["control_url"] + "ledger", headers=page, verify=trusting(file))
    assert told.status_code == 200


def test_who_does_not_speak_tls_is_hung_up_on(mock: Stronghold) -> None:
    with socket.create_connection(("127.0.0.1", mock.port), timeout=20) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nhost: mock\r\n\r\n")
        assert not plain.recv(100).startswith(b"HTTP/1.1 200")
    assert mock.well()


@pytest.mark.parametrize(
    ("sent", "told"), [(b"GET /healthz HTTP/1.1\r\n", b"HTTP/1.1 408"), (b"", b"")]
)
def test_who_is_late_within_tls_is_told_so_or_hung_up_on(
    sent: bytes, told: bytes, mock: Stronghold, file: Path
) -> None:
    began = time.monotonic()
    with (
        socket.create_connection(("127.0.0.1", mock.port), timeout=20) as plain,
        trusting(file).wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(sent)
        got = b""
        while part := connection.recv(4096):
            got += part
    assert got.startswith(told)
    assert time.monotonic() - began < 20


def test_a_mock_beside_a_test_serves_https_too(file: Path) -> None:
    with serving(Settings(door=Door(certificate=str(file)))) as url:
        assert url.startswith("https://127.0.0.1:")
        answer = httpx.get(f"{url}/models", headers=AUTHORISED, verify=trusting(file))
        assert answer.status_code == 200


def test_what_is_no_certificate_is_refused_in_a_sentence(file: Path, tmp_path: Path) -> None:
    other = certificate(tmp_path, "other.example")
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    check(str(file), None)
    check(str(file), str(file))
    for certified, keyed, runner, words in (
        (None, str(file), "uvicorn", "add --tls-cert FILE"),
        (str(file), None, "granian", "takes no --tls-cert"),
        ("absent.pem", None, "uvicorn", "--tls-cert names no file"),
        (str(file), "absent.pem", "uvicorn", "--tls-key names no file"),
        (str(nonsense), None, "uvicorn", "no certificate in PEM with its own key"),
        (str(file), str(other), "uvicorn", "no certificate in PEM with its own key"),
        (str(file), str(locked), "uvicorn", "asks for a passphrase"),
    ):
        with pytest.raises(SettingsError, match=words) as refused:
            check(certified, keyed, runner)
        assert "\n" not in str(refused.value)


def test_the_command_refuses_what_is_no_certificate(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--tls-cert"]
    done = subprocess.run(
        [*command, str(tmp_path / "absent.pem")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "--tls-cert names no file" in done.stderr
    assert "Traceback" not in done.stderr
