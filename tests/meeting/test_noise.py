"""Noise is nobody's fault: 429, 503 and resets on a conforming target never make a FAIL."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from conformance import interrupting, session
from conformance.exchange import Ending, Exchange, Request
from conformance.session import Options, bundled_target, hold
from conformance.target import Target

SHARE = 0.05
"""Of requests that drown: a third each in 429, 503 and resets."""


ONLY = "usage,stream,errors,response,models"


class NoisyEdge(session.Edge):
    """An edge on which some requests drown before they reach the target."""

    dice = random.Random(0)

    async def perform(self, request: Request) -> Exchange:
        if self.dice.random() >= SHARE:
            return await super().perform(request)
        blank = Exchange(request, Ending.COMPLETE, version="HTTP/1.1", headers_at=0.001)
        body = b'{"error":{"message":"busy","type":"server_error","param":null,"code":null}}'
        headers = (("content-type", "application/json"), ("retry-after", "1"))
        match self.dice.randrange(3):
            case 0:
                return replace(blank, status=429, headers=headers, body=body)
            case 1:
                return replace(blank, status=503, headers=headers, body=body)
            case _:
                return replace(blank, ending=Ending.RESET, headers_at=None)


@pytest.fixture(scope="module")
def mock() -> Iterator[tuple[Target, dict[str, str]]]:
    """A clean mock, and a key as a live gateway would give it."""
    with bundled_target() as (target, keys):
        roomy = replace(target.budget, requests=20_000, tokens=20_000_000)
        yield replace(target, budget=roomy), {"valid": keys["valid"]}


async def briefly(stop: interrupting.Stop, seconds: float) -> None:
    """Wait as long as a test can: nothing here depends on how long it is."""
    await asyncio.sleep(min(seconds, 0.002))


@pytest.mark.parametrize("seed", range(2))
def test_five_per_cent_of_noise_make_no_fail(
    mock: tuple[Target, dict[str, str]], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = noisy_run(mock, seed, monkeypatch)
    assert {row["requirement"] for row in document["rulings"] if row["verdict"] == "FAIL"} == set()


def noisy_run(
    mock: tuple[Target, dict[str, str]], seed: int, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    target, keys = mock
    monkeypatch.setattr(NoisyEdge, "dice", random.Random(seed))
    monkeypatch.setattr(session, "Edge", NoisyEdge)
    monkeypatch.setattr(interrupting.Stop, "sleep", briefly)
    return asyncio.run(hold(target, keys, Options(only=ONLY))).report().to_json()
