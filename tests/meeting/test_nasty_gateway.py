"""A gateway that plays tricks between good answers: the run ends in time and judges the rest."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from conformance.errors import KitError
from conformance.outcome import exit_code
from conformance.report_schema import departure
from conformance.reports import render
from conformance.session import Options, bundled_target, hold
from conformance.target import Http, Target
from tests.wire.hostile.shapes import SHAPES
from tests.wire.scripted_server import ScriptedServer, Step

Served = tuple[Target, dict[str, str]]
TRICKS = [shape.script for shape in SHAPES.values()]
GOOD: tuple[Step, ...] = ()
"""The script of a connection on which a good gateway answers."""
BOUND = 150.0
"""Seconds that tell an end from a hang, even on a machine that is busy with other things."""
MEMORY = 250 << 20
"""Bytes that a run may take on top, whatever comes."""


class Nasty(ScriptedServer):
    """Stands before a good gateway, and answers in its place where it has a script."""

    def __init__(self, good: Target, *scripts: Sequence[Step]) -> None:
        super().__init__(*scripts)
        self._good = int(good.url.rpartition(":")[2].partition("/")[0])

    async def _play(
        self, script: Sequence[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if script:
            await super()._play(script, reader, writer)
            return
        back, forth = await asyncio.open_connection("127.0.0.1", self._good)
        self._writers.add(forth)
        await asyncio.gather(_copy(reader, forth), _copy(back, writer))


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    sink.close()


@pytest.fixture(scope="module")
def good() -> Iterator[Served]:
    with bundled_target() as target_and_keys:
        yield target_and_keys


def judged(good: Served, only: str, *scripts: Sequence[Step], plays: int = 1) -> dict[str, Any]:
    """Judge what is behind the scripts, and see that the run ends in time and within memory.

    So many of the scripts have to be played, so that a run does not pass by the tricks.
    """
    target, keys = good

    async def run() -> dict[str, Any]:
        async with Nasty(target, *scripts) as server:
            budget = replace(target.budget, seconds=30.0)
            nasty = replace(target, url=server.url, http=Http(timeout=0.5), budget=budget)
            held = await hold(nasty, keys, Options(only=only))
            assert server.connections >= plays
            return held.report().to_json()

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    began = time.monotonic()
    try:
        return asyncio.run(asyncio.wait_for(run(), BOUND))
    finally:
        assert time.monotonic() - began < BOUND
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before < MEMORY


def test_tricks_between_good_answers_leave_the_rest_judged(good: Served) -> None:
    scripts = [script for trick in TRICKS for script in (GOOD, GOOD, GOOD, trick)]
    document = judged(good, "usage,stream,models,response", *scripts * 2, GOOD, plays=80)
    assert departure(document) is None
    assert not document["run"]["crashes"]
    verdicts = document["summary"]["verdicts"]
    assert verdicts["PASS"] > 0.8 * document["summary"]["requirements"]
    for row in document["rulings"]:
        assert row["reason"] or row["findings"] or row["verdict"] in ("PASS", "NOT_APPLICABLE")
    for form in ("text", "html", "junit", "markdown"):
        shown = render(form, document)
        assert "\x1b" not in shown
        assert not [key for key in good[1].values() if f"{key}\n" in shown or f"{key}'" in shown]


def test_of_a_gateway_with_nothing_but_tricks_a_sentence_says_why_it_is_not_judged(
    good: Served,
) -> None:
    with pytest.raises(KitError) as refused:
        judged(good, "models", *TRICKS * 4)
    assert refused.value.exit_code in (2, 3)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("name", ["endless chunks", "a drip of body", "random bytes", "silence"])
def test_a_gateway_that_turns_nasty_for_good_is_judged_as_far_as_it_went(
    good: Served, name: str
) -> None:
    document = judged(good, "usage", *[GOOD] * 2, SHAPES[name].script, plays=4)
    assert departure(document) is None
    assert not document["run"]["crashes"]
    assert exit_code(document) in (0, 1)
