"""Perform: hold a probe's conversation through an edge, within the budget. Judges nothing.

Noise (429, 502 to 504, a reset, silence) is tried again, unless the probe asks for it; every try is
kept as evidence, and only the last one is judged.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from conformance.budget import Governor
from conformance.exchange import Ending, Exchange, Request
from conformance.pacing import Pacing
from conformance.probe import Answer, LookBack, Probe, Recall, Send, Together, Transcript, Wait
from conformance.reading import Reading
from conformance.scene import Scene

TRIES = 4
"""At 5 % of independent noise, six in a million exchanges stay noisy after four tries."""
TRIES_OF_A_500 = 2
"""A 500 is a failure more often than noise, and a second one in a row is no chance."""
WORN_OUT = 3
"""Requests that stayed 429 through every try, with no success between them; those after them get
one try, until one succeeds. Where nothing is let through, four tries of each would take an hour."""
LONGEST_WAIT = 60.0
"""Seconds a Retry-After is obeyed for; a longer one leaves the exchange as it is."""

_NOISY_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 529})
_NOISY_ENDINGS = frozenset({Ending.RESET, Ending.INCOMPLETE, Ending.TIMEOUT, Ending.REFUSED})
_SLOW_ENDINGS = frozenset({Ending.TIMEOUT})


class Edge(Protocol):
    """Carries a request and returns what happened; never raises."""

    async def perform(self, request: Request) -> Exchange:
        """Return the exchange, secrets already replaced."""
        ...


class OutOfBudget(Exception):
    """A cap would have been exceeded by the next request."""


@dataclass(slots=True)
class Performer:
    """Holds conversations, one at a time or several side by side."""

    edge: Edge
    governor: Governor
    clock: Callable[[], float]
    """Seconds, monotonic, zero at the start of the run."""
    sleep: Callable[[float], Awaitable[None]]
    keep: Callable[[Exchange], None]
    """Called with every exchange before anything else is done with it."""
    patience: float = 0.05
    """Seconds before the second try; each further try waits twice as long."""
    pacing: Pacing = field(default_factory=Pacing)
    recorded: Mapping[str, Exchange] = field(default_factory=dict)
    """Exchanges of an earlier, interrupted run by id: answered from here, not sent again."""
    remembers: bool = True
    """Whether conversations may look again at what others were answered; a fuzz has too many."""
    _held: dict[str, Reading] = field(default_factory=dict, repr=False)
    """The last try of every request of the run, by probe and label."""
    _begun: list[Exchange] = field(default_factory=list, repr=False)
    """Every try of a chat request that was answered with 2xx, whole or not."""
    _limited: int = 0
    """How many requests stayed 429 since the last that succeeded."""

    async def hold(self, probe: Probe, scene: Scene) -> Transcript:
        """Hold one conversation to its end, or to the end of the budget."""
        script = probe.script(scene)
        kept: list[Exchange] = []
        readings: dict[str, Reading] = {}
        ask = functools.partial(self._answer, probe, scene, readings)
        answer: Answer = None
        cut = ""
        tries: tuple[Exchange, ...] = ()
        try:
            while True:
                step = script.send(answer)
                match step:
                    case Send(request, once):
                        answer = await ask(request, once=once)
                        kept.append(answer)
                    case Together(requests):
                        answer = await _at_once(ask, requests)
                        kept.extend(answer)
                    case Recall(identity):
                        answer = self._recalled(identity, scene, readings)
                        kept.extend([answer] if answer else [])
                    case LookBack():
                        answer = tries = tuple(sorted(self._begun, key=_ended))
                    case Wait(seconds, _):
                        await self.sleep(min(seconds, LONGEST_WAIT))
                        answer = None
        except StopIteration:
            pass
        except OutOfBudget as cap:
            cut = f"budget: {cap}"
        finally:
            script.close()
        return Transcript(probe.name, scene.setting, tuple(kept), cut, readings, tries)

    async def _answer(
        self,
        probe: Probe,
        scene: Scene,
        readings: dict[str, Reading],
        request: Request,
        *,
        once: bool = False,
    ) -> Exchange:
        pause = self.patience
        exchange: Exchange | None = None
        for attempt in range(1, TRIES + 1):
            try:
                reading = await self._once(probe, scene, request, attempt)
            except OutOfBudget:
                if exchange is None:
                    raise
                return exchange
            # What it cost was read from it; whoever judges it need not read it again.
            readings[request.label] = reading
            if self.remembers:
                self._held[f"{probe.name}/{request.label}"] = reading
            exchange = reading.exchange
            if self.remembers and not (probe.may_fail or once) and reading.is_chat and reading.ok:
                self._begun.append(exchange)
            noisy = _is_noise(exchange) and not (probe.may_fail or once)
            if not noisy or attempt >= self._tries(exchange):
                if noisy and exchange.status == 429:
                    self._limited += 1
                elif reading.ok and reading.is_chat:
                    self._limited = 0
                return exchange
            if exchange.ending in _SLOW_ENDINGS and attempt > 1:
                return exchange
            wait = _asked_to_wait(exchange)
            if wait is not None and wait > LONGEST_WAIT:
                return exchange
            await self.sleep(pause if wait is None else max(wait, pause))
            pause *= 2
        raise AssertionError("the loop returns on its last try")

    def _tries(self, exchange: Exchange) -> int:
        if exchange.status == 429 and self._limited >= WORN_OUT:
            return 1
        return TRIES_OF_A_500 if exchange.status == 500 else TRIES

    def _recalled(
        self, identity: str, scene: Scene, readings: dict[str, Reading]
    ) -> Exchange | None:
        held = self._held.get(identity)
        exchange = held.exchange if held is not None else self.recorded.get(identity)
        if exchange is not None:
            # Read anew, since more is known of the target by now than when it was asked.
            readings[exchange.request.label] = Reading(exchange, scene.setting)
        return exchange

    async def _once(self, probe: Probe, scene: Scene, request: Request, attempt: int) -> Reading:
        identity = f"{probe.name}/{request.label}" + (f"#{attempt}" if attempt > 1 else "")
        recorded = self.recorded.get(identity)
        if recorded is not None and _asks_the_same(recorded.request, request):
            exchange = replace(recorded, request=request)
            self.governor.reserve(request.ceiling, 0.0)
        else:
            wait = self.pacing.wait(self.clock())
            if wait > 0:
                await self.sleep(wait)
            if not self.governor.reserve(request.ceiling, self.clock()):
                raise OutOfBudget(self.governor.refused)
            exchange = await self.edge.perform(request)
            exchange = replace(exchange, probe=probe.name, attempt=attempt)
            self.keep(exchange)
        reading = Reading(exchange, scene.setting)
        self.governor.settle(request.ceiling, *cost_of(reading))
        return reading


async def _at_once(
    ask: Callable[[Request], Coroutine[None, None, Exchange]], requests: tuple[Request, ...]
) -> tuple[Exchange, ...]:
    tasks = [asyncio.ensure_future(ask(request)) for request in requests]
    done = await asyncio.gather(*tasks, return_exceptions=True)
    for result in done:
        if isinstance(result, BaseException):
            raise result
    return tuple(result for result in done if isinstance(result, Exchange))


def _asks_the_same(recorded: Request, request: Request) -> bool:
    """Whether what is on record answers this request, and not what an older kit asked instead."""
    then = (recorded.method, recorded.path, recorded.body, recorded.headers, recorded.authorization)
    now = (request.method, request.path, request.body, request.headers, request.authorization)
    return then == now


def _ended(exchange: Exchange) -> float:
    return exchange.began + exchange.ended_at


def _is_noise(exchange: Exchange) -> bool:
    if exchange.ending in _NOISY_ENDINGS:
        return True
    return exchange.status in _NOISY_STATUSES


def _asked_to_wait(exchange: Exchange) -> float | None:
    for name, value in exchange.headers:
        if name.lower() == "retry-after" and value.strip().isascii() and value.strip().isdigit():
            return float(value) if len(value) < 9 else LONGEST_WAIT + 1
    return None


def cost_of(reading: Reading) -> tuple[int | None, int | None]:
    """Return prompt and completion tokens; nothing where nothing was generated, None if unsaid."""
    if reading.refused or reading.exchange.request.method != "POST":
        return 0, 0
    usage = reading.usage
    return (usage.prompt, usage.completion) if usage else (None, None)
