"""Targets that answer HTML, nothing, for ever or without end: a verdict within the bounds."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.budget import Governor
from conformance.catalogue import catalogue
from conformance.exchange import MAX_BODY, Exchange, Setting
from conformance.fuzz.campaign import Campaign, Plan
from conformance.fuzz.command import SpecOptions, check_described_with
from conformance.fuzz.harvest import Harvest
from conformance.perform import Performer
from conformance.redaction import Secrets
from conformance.target import Budget, Http, Target
from conformance.verdict import Verdict
from conformance.wire import Edge, Settings, Timeouts
from openapi import contract
from tests.wire.hostile.shapes import SHAPES
from tests.wire.scripted_server import ScriptedServer, Step

BOUND = 30.0
"""Seconds that tell an end from a hang, even on a machine that is busy with other things."""
MEMORY = 250 * 1024 * 1024
HTML = b"<!doctype html><title>Welcome</title>" + b"<p>hello</p>" * 200
SCRIPTS: dict[str, tuple[Step, ...]] = {
    "HTML": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(HTML),
        HTML,
    ),
    "nothing": (b"",),
    "silence": SHAPES["silence"].script,
    "a drip without end": SHAPES["a drip of body"].script,
    "a flood without end": SHAPES["endless body"].script,
    "headers without end": SHAPES["endless headers"].script,
    "random bytes": SHAPES["random bytes"].script,
    "a reset": SHAPES["a reset within the headers"].script,
}
DOCUMENT = """
openapi: 3.1.0
info: {title: A, version: '1'}
paths:
  /a:
    get:
      operationId: readA
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object}}}}
"""


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Hold the block against its bounds of time and memory."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, time.monotonic()
    yield
    assert time.monotonic() - began < BOUND
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before < MEMORY


@contextlib.contextmanager
def serving(script: tuple[Step, ...]) -> Iterator[str]:
    """Play a script to every connection, on a thread; yield the base URL."""
    ready, stop = threading.Event(), asyncio.Event()
    served: list[tuple[str, asyncio.AbstractEventLoop]] = []

    async def serve() -> None:
        async with ScriptedServer(script) as server:
            served.append((server.url, asyncio.get_running_loop()))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    url, loop = served[0]
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_described_api_that_is_none_fails_within_the_bounds(name: str, tmp_path: Path) -> None:
    document = tmp_path / "api.yaml"
    document.write_text(DOCUMENT)
    with serving(SCRIPTS[name]) as url, bounded():
        target = Target(url, http=Http(timeout=0.4))
        options = SpecOptions(document, seed=7, evidence=tmp_path / "e", caps={"requests": 40})
        report = check_described_with(target, {}, options)
    broken = {each.requirement for each in report.rulings if each.verdict is Verdict.FAIL}
    assert broken & {"always.api-answered", "always.api-media-type"}
    assert all(len(each.body) <= MAX_BODY for each in report.exchanges.values())


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_campaign_against_what_is_no_gateway_ends_within_the_bounds(name: str) -> None:
    law = contract()
    setting = Setting(model="m", scope="any", capabilities={"chat": "effective"}, seed=7)
    harvest, kept = Harvest(setting, law, catalogue(law)), list[Exchange]()

    async def run(url: str) -> None:
        times = Timeouts(connect=5, first_byte=0.2, idle=0.2, total=0.4)
        governor = Governor(Budget(requests=60, tokens=10**9, usd=1000.0))
        async with Edge(
            Settings(url, timeouts=times), Secrets({"valid": "sk-hostile-4711"})
        ) as edge:
            performer = Performer(
                edge, governor, lambda: 0.0, lambda seconds: asyncio.sleep(0), kept.append
            )
            await Campaign(performer, harvest, 8).run(Plan(12, shrink=False))

    with serving(SCRIPTS[name]) as url, bounded():
        asyncio.run(run(url))
    assert harvest.cases == 12 or harvest.cut == "budget: 60 requests"
    assert not harvest.crashes
    assert all(len(each.body) <= MAX_BODY for each in kept)
