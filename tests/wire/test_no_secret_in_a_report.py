"""A gateway that gives a key back in every shape: no report, evidence or console shows it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from conformance.evidence_file import FILE_NAME
from conformance.reports import formats, render
from conformance.session import Options, hold
from conformance.target import Target
from openapi import Scope
from tests.conformance.test_redaction import PLAIN, SPELLINGS
from tests.wire.scripted_server import AGAIN, ScriptedServer, Step

COOKIE = "session=c00kie-0f-the-gateway"
CUSTOMER = "customer-4711-0815"


def planted() -> bytes:
    """Return a refusal that holds the key in every spelling, a cookie and a customer's number."""
    shapes = b"\n".join(spelled(PLAIN) for spelled in SPELLINGS.values())
    body = b'{"error": {"message": "no such key ' + PLAIN.encode() + b'", "type": "x"}}\n' + shapes
    body += CUSTOMER.encode()
    head = (
        f"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n"
        f"X-Your-Key: Bearer {PLAIN}\r\nLocation: /login?key={PLAIN}\r\n"
        f"Set-Cookie: {COOKIE}; Path=/\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], Path]:
    """The report on such a gateway, and its evidence."""
    folder = tmp_path_factory.mktemp("leaking") / "evidence"
    script: list[Step] = [planted(), AGAIN]

    async def judged() -> dict[str, object]:
        async with ScriptedServer(script) as server:
            target = Target(server.url, model="m", scope=Scope.ANY, keys={"valid": "A_KEY"})
            options = Options(only="auth,always", evidence=folder, redact=("customer-[0-9-]+",))
            return (await hold(target, {"valid": PLAIN}, options)).report().to_json()

    return asyncio.run(judged()), folder


@pytest.mark.parametrize("name", formats())
def test_no_format_shows_a_key_a_cookie_or_what_was_to_be_hidden(
    leaking: tuple[dict[str, object], Path], name: str
) -> None:
    document, evidence = leaking
    assert hidden_from(render(name, document, evidence).encode("utf-8"))


def test_the_evidence_does_not_show_them_either(
    leaking: tuple[dict[str, object], Path],
) -> None:
    assert hidden_from((leaking[1] / FILE_NAME).read_bytes())


def test_the_leak_itself_is_told(leaking: tuple[dict[str, object], Path]) -> None:
    text = render("text", leaking[0])
    assert "FAIL always.no-key" in text


def hidden_from(data: bytes) -> bool:
    """Whether nothing planted is to be seen; spellings count where they are long enough to tell."""
    shapes = {name: spelled(PLAIN) for name, spelled in SPELLINGS.items()}
    seen = [name for name, shape in shapes.items() if shape in data]
    assert seen == []
    assert COOKIE.encode() not in data
    assert CUSTOMER.encode() not in data
    return True
