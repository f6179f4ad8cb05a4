"""Run: the one orchestrator. Probes capabilities, holds the conversations, judges, reports.

Knows no library: the edge, the clock and the keeper of evidence are handed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance import baseline
from conformance.capability import (
    ABSENT,
    EFFECTIVE,
    UNDECIDED,
    Capability,
    Found,
    declared_capabilities,
    given,
    reason_absent,
)
from conformance.catalogue import Catalogue, Conversation
from conformance.errors import Unreachable, UsageError
from conformance.exchange import Ending, Setting
from conformance.judging import Docket, applicable
from conformance.listing import adapters_of, model_ids, parent_of, window_of
from conformance.perform import Performer
from conformance.probe import Probe, Script, Transcript, ask
from conformance.reading import Reading
from conformance.scene import Scene
from conformance.target import Target
from conformance.verdict import Inconclusive, NotApplicable, NotDecided
from openapi import Contract, Scope

Progress = Callable[[str, int, int], None]
"""Called with the name of a conversation that ended, how many have, and how many there are."""


@dataclass(slots=True)
class Held:
    """What a run has so far; complete enough at any moment to be judged."""

    setting: Setting
    capabilities: dict[str, Found] = field(default_factory=dict)
    transcripts: dict[str, Transcript] = field(default_factory=dict)
    not_held: dict[str, NotDecided] = field(default_factory=dict)

    def docket(self) -> Docket:
        """Return everything as it is to be judged."""
        return Docket(self.setting, self.transcripts, not_held=self.not_held)


def opening_probe() -> Probe:
    """Return the probe that finds out whether anyone is there, and which models."""

    def script(scene: Scene) -> Script:
        yield from ask(scene.get("models", "/models"))

    return Probe("opening", script)


async def introduce(
    target: Target, contract: Contract, performer: Performer, keys: Iterable[str], seed: int
) -> Setting:
    """Reach the target, settle model and scope, and return the setting of the run.

    Raises Unreachable when nobody answers, UsageError when the model must be named.
    """
    blank = Setting(contract_version=contract.version, loopback=target.loopback, seed=seed)
    transcript = await performer.hold(opening_probe(), Scene(blank))
    if not transcript.exchanges:
        raise UsageError("the budget allows not a single request", hint="raise --max-requests")
    reading = Reading(transcript.exchanges[-1], blank)
    if reading.exchange.ending is Ending.REFUSED:
        raise Unreachable(
            f"no connection to {target.url}: {reading.exchange.detail}",
            hint="start the gateway, or check host, port and TLS",
        )
    listed = model_ids(reading)
    model = target.model or _choose(contract, listed, target, reading.status)
    facts = contract.model
    ours = facts is not None and facts.split(model)[0] == facts.id
    scope = target.scope or (Scope.GATEWAY if ours else Scope.ANY)
    named = facts.split(model)[1] if facts is not None and ours else None
    adapters = (
        target.claims.adapters
        or adapters_of(reading, parent_of(reading, model))
        or ((named,) if named else ())
    )
    window = target.claims.context_window
    prices = target.claims.prices
    if facts is not None and scope is Scope.GATEWAY:
        window = window or facts.context_window
        prices = prices or (facts.input_price, facts.output_price)
    window = window or window_of(reading, model)
    claimed = window is not None
    if facts is not None and ours:
        window = window or facts.context_window
    return replace(
        blank,
        model=model,
        scope=scope.value,
        context_window=window,
        adapters=tuple(adapters),
        prices=prices,
        keys=frozenset(keys),
        capabilities=given(
            frozenset(keys),
            tuple(adapters),
            window,
            claimed=claimed,
            loopback=target.loopback,
        ),
    )


def _choose(contract: Contract, listed: Sequence[str], target: Target, status: int | None) -> str:
    facts, url = contract.model, target.url
    # Whoever says that it is this gateway need not name its model, however broken the list is.
    promised = target.scope is Scope.GATEWAY and len(listed) != 1
    if facts is not None and (facts.id in listed or promised):
        return facts.id
    if len(listed) == 1:
        return listed[0]
    if listed:
        shown = ", ".join(listed[:10]) + (", ..." if len(listed) > 10 else "")
        raise UsageError(f"the target lists {len(listed)} models: {shown}", hint="choose: --model")
    if status == 404 and not url.endswith("/v1"):
        hint = f"is the base URL {url}/v1? If not, name the model with --model"
    else:
        hint = "name the model with --model"
    raise UsageError(f"{url}/models lists no model (status {status})", hint=hint)


@dataclass(slots=True)
class Course:
    """Which conversations a run holds, and in which order."""

    catalogue: Catalogue
    only: frozenset[str] | None = None
    """Ids to judge; None judges all."""
    conversations: bool = True
    """Without them only the capabilities are found out."""

    def wanted(self, setting: Setting) -> list[Probe]:
        """Return the probes that some applicable, chosen requirement reads, in contract order.

        A judge of every exchange, chosen alone, reads the conversations of its chapter.
        """
        found: dict[str, Probe] = {}
        if not self.conversations:
            return []
        scope = Scope(setting.scope)
        chapters = self._chapters_read_whole()
        for entry in self.catalogue:
            requirement = entry.requirement
            chosen = self.only is None or requirement.id in self.only
            if not chosen and requirement.chapter not in chapters:
                continue
            if requirement.level(scope) is None:
                continue
            if applicable(requirement, setting) is not None:
                continue
            if isinstance(entry.judge, Conversation):
                found.update((probe.name, probe) for probe in entry.judge.on)
        return list(found.values())

    def _chapters_read_whole(self) -> frozenset[str]:
        if self.only is None:
            return frozenset()
        return frozenset(
            entry.requirement.chapter
            for entry in self.catalogue
            if entry.requirement.id in self.only and not isinstance(entry.judge, Conversation)
        )

    def capabilities(self, setting: Setting) -> list[Capability]:
        """Return the capabilities that some chosen requirement, or some probe of one, asks for."""
        scope = Scope(setting.scope)
        names: set[str] = {"chat", "streaming", "deterministic", "usage", "usage-in-stream"}
        chapters = self._chapters_read_whole()
        for entry in self.catalogue:
            requirement = entry.requirement
            if requirement.level(scope) is None:
                continue
            chosen = self.only is None or requirement.id in self.only
            if chosen or requirement.chapter in chapters:
                names.update(requirement.when)
                if isinstance(entry.judge, Conversation):
                    for probe in entry.judge.on:
                        names.update((*probe.needs, *probe.uses))
        everything = self.only is None
        return [each for each in declared_capabilities() if everything or each.name in names]


async def hold_all(
    course: Course,
    performer: Performer,
    setting: Setting,
    *,
    concurrency: int,
    progress: Progress = lambda name, done, total: None,
    held: Held | None = None,
) -> Held:
    """Hold every conversation the course needs: baseline, capabilities, then the rest.

    Those that wait long are begun first and go on beside all the others.
    """
    held = held or Held(setting)
    held.setting = setting
    for name, kind in setting.capabilities.items():
        held.capabilities[name] = Found(kind, reason_absent(name, kind) if kind == ABSENT else "")
    patient = [probe for probe in course.wanted(setting) if probe.patient]
    waiting = asyncio.ensure_future(_hold(patient, performer, held, concurrency, progress))
    try:
        await _hold([baseline.BASELINE], performer, held, 1, progress)
        capabilities = course.capabilities(setting)
        _classify(capabilities, held)
        held.setting = replace(held.setting, greedy=_greedy(held.transcripts.get("baseline")))
        probing = {each.on.name: each.on for each in capabilities}
        await _hold(list(probing.values()), performer, held, concurrency, progress)
        _classify(capabilities, held)
        wanted = course.wanted(held.setting)
        rest = [probe for probe in wanted if probe not in patient]
        await _hold(rest, performer, held, concurrency, progress)
    except BaseException:
        waiting.cancel()
        raise
    await waiting
    _reorder(held.transcripts, {probe.name: place for place, probe in enumerate(wanted)})
    return held


async def _hold(
    probes: Sequence[Probe], performer: Performer, held: Held, concurrency: int, progress: Progress
) -> None:
    todo = []
    for probe in probes:
        if probe.name in held.transcripts or probe.name in held.not_held:
            continue
        reason = _missing(probe, held.setting.capabilities)
        if reason is None:
            todo.append(probe)
        else:
            held.not_held[probe.name] = reason
    gate = asyncio.Semaphore(concurrency)
    scene = Scene(held.setting)

    async def one(probe: Probe) -> None:
        async with gate:
            held.transcripts[probe.name] = await performer.hold(probe, scene)
            progress(probe.name, len(held.transcripts), len(held.transcripts) + len(todo))

    together = [probe for probe in todo if not probe.alone]
    results = await asyncio.gather(*map(one, together), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    for probe in todo:
        if probe.alone:
            await one(probe)
    order = {probe.name: index for index, probe in enumerate(probes)}
    _reorder(held.transcripts, order)


def _reorder(transcripts: dict[str, Transcript], order: Mapping[str, int]) -> None:
    """Put what was held at once into the order it was asked for, so that reports do not vary."""
    for name in sorted((n for n in transcripts if n in order), key=order.__getitem__):
        transcripts[name] = transcripts.pop(name)


def _missing(probe: Probe, capabilities: Mapping[str, str]) -> NotDecided | None:
    for need in probe.needs:
        kind = capabilities.get(need, UNDECIDED)
        if kind == UNDECIDED:
            return Inconclusive(f"whether the target has {need!r} could not be found out")
        if kind != EFFECTIVE:
            return NotApplicable(reason_absent(need, kind))
    return None


def _classify(capabilities: Sequence[Capability], held: Held) -> None:
    for each in capabilities:
        transcript = held.transcripts.get(each.on.name)
        if transcript is not None:
            held.capabilities[each.name] = each.classify(transcript)
        elif each.on.name in held.not_held:
            reason = held.not_held[each.on.name]
            kind = ABSENT if isinstance(reason, NotApplicable) else UNDECIDED
            held.capabilities[each.name] = Found(kind, reason.reason)
    found = {name: each.kind for name, each in held.capabilities.items()}
    held.setting = replace(held.setting, capabilities=found)


def _greedy(transcript: Transcript | None) -> str:
    reading = transcript.get("plain") if transcript else None
    return reading.text_of() if reading is not None and reading.ok else ""
