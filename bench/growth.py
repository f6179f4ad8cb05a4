"""How cost grows over a hundredfold range: of requests, tokens, prompts, requirements, fuzz cases.

Run as `python -m bench.growth`; writes `bench/results/growth.json`. Each line tells the
processor time of one process at 1, 10 and 100 times a size, and what the largest costs beside the
smallest: 100 is linear, less is what a fixed part of the cost leaves of it. Streams are in
`bench.streams`, bytes of evidence in `bench.judges`.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

from bench.fuzz import ours as fuzzed
from bench.speed.counted import WORDS
from bench.speed.inprocess import Driver, request
from conformance.session import Options, bundled_target, hold
from conformance.target import ON_LOOPBACK, Target
from openapi import contract

RESULTS = Path(__file__).parent / "results" / "growth.json"
TIMES = (1, 10, 100)
STORY = "tell me a very long story"


async def answered(requests: list[bytes]) -> float:
    """Return the processor seconds of answering requests, over one connection."""
    driver = Driver("mock")
    for one in [request()] * 20:
        await driver.ask(one)
    before = time.process_time()
    for one in requests:
        await driver.ask(one)
    return time.process_time() - before


def asked(number: int) -> float:
    """Requests: 500, 5,000, 50,000 of them."""
    return uvloop.run(answered([request()] * (500 * number)))


def written(number: int) -> float:
    """Tokens: answers of 40, 400, 4,000, no two alike."""
    wishes: dict[str, Any] = {"words": STORY, "max_tokens": 40 * number}
    return uvloop.run(answered([request(**wishes)] * 20)) / 20


def streamed(number: int) -> float:
    """Tokens in a stream, an event each: 40, 400, 4,000."""
    wishes: dict[str, Any] = {"words": STORY, "max_tokens": 40 * number}
    return uvloop.run(answered([request(stream=True, **wishes)] * 20)) / 20


def read(number: int) -> float:
    """Words of a prompt: 20, 200, 2,000 of one token each, in an order that was not read before."""
    orders = [random.Random(each).choices(WORDS, k=20 * number) for each in range(40)]
    asked = [request(words=" ".join(order), max_tokens=1) for order in orders]
    return uvloop.run(answered(asked)) / 40


def judged(number: int) -> float:
    """Requirements: 1, 10 and 100 of each hundred, in a whole run each."""
    law = contract()
    assert law.model is not None
    every = [one.id for one in law.requirements if not one.excluded]
    chosen = every[:: 100 // number]
    with bundled_target() as (target, keys):
        roomy = Target(target.url, model=law.model.id, keys=target.keys, budget=ON_LOOPBACK)
        before = time.process_time()
        asyncio.run(hold(roomy, keys, Options(only=",".join(chosen))))
        return time.process_time() - before


def cases(number: int) -> float:
    """Fuzz cases: 50, 500, 5,000, every one judged."""
    with bundled_target() as (target, keys):
        return fuzzed(target, keys, 50 * number).processor


RANGES: dict[str, Callable[[int], float]] = {
    "requests": asked,
    "tokens of an answer": written,
    "tokens of a stream": streamed,
    "words of a prompt": read,
    "requirements": judged,
    "fuzz cases": cases,
}


def main(*chosen: str) -> None:
    """Measure, print and write."""
    rows: dict[str, Any] = {}
    print(f"{'':22}{'1':>12}{'10':>12}{'100':>12}{'hundredfold':>14}")
    for name, measure in RANGES.items():
        if chosen and name not in chosen:
            continue
        spent = [min(measure(times) for _ in range(2)) for times in TIMES]
        rows[name] = spent
        told = "".join(f"{seconds * 1e3:>9.2f} ms" for seconds in spent)
        print(f"{name:22}{told}{spent[-1] / spent[0]:>12.1f} x", flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    told = json.dumps({"when": time.strftime("%Y-%m-%d"), "seconds": rows}, indent=1)
    RESULTS.write_text(told + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
