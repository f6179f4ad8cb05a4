"""HTTP/2 for real: the mock behind hypercorn, over TLS, judged by the suite."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.exchange import Wire
from conformance.redaction import Secrets
from conformance.session import Options, hold
from conformance.target import Http, Target
from conformance.verdict import Verdict
from conformance.wire import Edge, Settings
from openapi import Scope
from tests.wire.certificates import certificate
from tests.wire.serving import KEY, MODEL

SERVER = """
import asyncio, socket, sys
from hypercorn.asyncio import serve
from hypercorn.config import Config
from mock_server.app import build
from mock_server.settings import Settings

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
config = Config()
config.bind = [f"fd://{listening.detach()}"]
config.certfile = config.keyfile = sys.argv[1]
config.alpn_protocols = ["h2", "http/1.1"]
asyncio.run(serve(build(Settings()), config))
"""


@contextlib.contextmanager
def served(file: Path) -> Iterator[str]:
    """Serve a mock over TLS with HTTP/2 offered, in a process of its own; yields the base URL."""
    command = [sys.executable, "-c", SERVER, str(file)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"https://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


def test_a_gateway_that_speaks_http2_is_judged_over_it(tmp_path: Path) -> None:
    file = certificate(tmp_path, "127.0.0.1")
    with served(file) as url:
        http = Http(ca_file=str(file), http2=True)
        target = Target(url, model=MODEL, scope=Scope.ANY, http=http)
        # hypercorn drops a whole connection, and what else runs over it, for one illegal request.
        only = "usage,sampling"
        run = asyncio.run(hold(target, {"valid": KEY}, Options(only=only)))
    rulings = run.report().rulings
    bad = {each.requirement: each for each in rulings if each.verdict is Verdict.FAIL}
    assert bad == {}
    exchanges = [each for one in run.held.transcripts.values() for each in one.exchanges]
    spoken = Counter((each.request.wire, each.version) for each in exchanges)
    assert spoken[Wire.POOL, "HTTP/2"] > 50
    assert {version for wire, version in spoken if wire is Wire.SOCKET} <= {"HTTP/1.1"}


def test_http2_without_its_library_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "h2" else there(name)
    )
    settings = replace(Settings("https://127.0.0.1:1/v1"), http2=True)
    with pytest.raises(UsageError, match=r"pip install 'gonogo\[http2\]'"):
        Edge(settings, Secrets({}))
