"""Session: puts edge, clock, evidence and catalogue together for one run. Judges nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from conformance import __version__, evidence, interrupting
from conformance.budget import Governor
from conformance.bundled import KEYS, VARIABLES, bundled_mock
from conformance.catalogue import catalogue
from conformance.choosing import chosen
from conformance.errors import UsageError
from conformance.exchange import Exchange, Request, Setting
from conformance.fuzz.campaign import Campaign
from conformance.fuzz.harvest import Harvest
from conformance.fuzz.remembering import remembering
from conformance.fuzz.shared import campaigning
from conformance.interrupting import Stop
from conformance.judging import judge
from conformance.keeper import Keeper
from conformance.measuring import measurements
from conformance.pacing import Pacing
from conformance.perform import Performer
from conformance.redaction import Secrets
from conformance.report import Header, Report
from conformance.run import Course, Held, Progress, hold_all, introduce
from conformance.target import Budget, Target, keyring
from conformance.wire import Clock, Edge, Settings, Timeouts, Trust
from openapi import Contract, Scope, contract

CONTRACT_PRICES = (80, 160)
"""Nano-USD a token that an unpriced target is charged at: the contract's own."""


ROOMY = Budget(requests=2000, tokens=2_000_000, usd=1.0, seconds=600.0)
"""For the bundled mock, which costs nobody anything and is judged in every state."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is to be made, beside its target."""

    seed: int = 0
    only: str | None = None
    evidence: Path | None = None
    redact: tuple[str, ...] = ()
    resume: bool = False
    """Go on with the run whose evidence lies in the folder."""
    fuzz: int = 0
    """Cases to fuzz with after the conversations."""
    database: str = ""
    """Folder or `redis://` address of a corpus; empty for none."""
    distill: Path | None = None
    """Folder to write a test for each cause into."""
    progress: Progress = field(default=lambda name, done, total: None)
    numbers: range | None = None
    """Numbers of the cases, where others make the rest; None makes all."""
    conversations: bool = True
    """Without them only the capabilities are found out."""
    clock: Clock = field(default_factory=Clock)
    sleep: Callable[[float], Awaitable[None]] | None = None
    """Lets seconds pass; None to wait as long as they take, or until somebody interrupts."""


def check(target: Target, options: Options | None = None) -> Report:
    """Judge a target and return the report.

    Raises UsageError for a target that cannot be used and Unreachable when nobody answers.
    """
    return check_with_keys(target, keyring(target, os.environ), options or Options())


def check_with_keys(target: Target, keys: Mapping[str, str], options: Options) -> Report:
    """Judge a target with keys that are at hand: role → key."""
    return asyncio.run(hold(target.with_usual_budget(), keys, options)).report()


@contextlib.contextmanager
def bundled_target(arguments: tuple[str, ...] = ()) -> Iterator[tuple[Target, dict[str, str]]]:
    """Start the bundled mock; yield it as a target, with all its keys."""
    with bundled_mock(arguments) as url:
        yield Target(url, keys=dict(VARIABLES), budget=ROOMY), dict(KEYS)


class _Keyed:
    """An edge that leaves out the Authorization of a key the user did not give."""

    def __init__(self, edge: Edge, roles: frozenset[str]) -> None:
        self._edge = edge
        self._roles = roles

    async def perform(self, request: Request) -> Exchange:
        template = request.authorization or ""
        named = template.partition("{")[2].partition("}")[0]
        role = re.sub(r"_(longer|shorter|swapped)$", "", named)
        if not role or role in self._roles:
            return await self._edge.perform(request)
        exchange = await self._edge.perform(replace(request, authorization=None))
        return replace(exchange, request=request)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run leaves: every conversation, every exchange, and the header of the report."""

    held: Held
    exchanges: Mapping[str, Exchange]
    header: Header
    only: frozenset[str] | None
    harvest: Harvest | None = None
    """What the fuzz brought in; None without one."""

    def report(self) -> Report:
        """Judge what was held and put the report together; the same live and on replay."""
        law = contract()
        docket = self.held.docket()
        known = {reading.id: reading for reading in docket.readings()}
        measured = measurements(self.exchanges.values(), self.held.setting, known)
        exchanges = dict(self.exchanges)
        crashes = docket.crashes
        if self.harvest is not None:
            docket.heard = self.harvest.opinions()
            header = self.header
            measured["fuzz"] = self.harvest.measurement(header.target, header.variables)
            exchanges |= self.harvest.cited
            crashes += self.harvest.crashes
        rulings = judge(docket, catalogue(law), self.only)
        return Report(
            self.header,
            self.held.capabilities,
            rulings,
            law,
            exchanges,
            measurements=measured,
            crashes=tuple(crashes),
        )


async def hold(target: Target, keys: Mapping[str, str], options: Options) -> Run:
    """Hold every conversation with a target; judge nothing yet."""
    law = contract()
    began, started = time.monotonic(), datetime.now(UTC)
    only = chosen(options.only, law.requirements)
    prices = target.claims.prices or CONTRACT_PRICES
    others = campaigning(options.database) if options.database else None
    governor = (others.governor if others else Governor)(target.budget, prices)
    keeper = Keeper(options.evidence, resume=options.resume)
    _same_run(keeper.resumed, target, options)
    stop = Stop(governor)
    secrets = Secrets(keys, options.redact)
    with contextlib.closing(keeper), stop.on_interrupt():
        async with Edge(edge_settings(target, options.clock), secrets) as edge:
            performer = Performer(
                stop.over(_Keyed(edge, secrets.roles)),
                governor,
                clock=lambda: time.monotonic() - began,
                sleep=options.sleep or stop.sleep,
                keep=keeper.keep,
                patience=0.05 if target.loopback else 0.5,
                pacing=Pacing(target.claims.requests_per_minute),
                recorded=keeper.recorded,
            )
            setting = await introduce(target, law, performer, keys, options.seed)
            keeper.begin(_evidence_header(target, setting, law, started))
            held = await hold_all(
                Course(catalogue(law), only, options.conversations),
                performer,
                setting,
                concurrency=target.concurrency,
                progress=options.progress,
            )
            harvest = None
            if options.fuzz:
                harvest = Harvest(held.setting, law, catalogue(law), only)
                performer = replace(performer, keep=keeper.write, remembers=False)
                campaign = Campaign(performer, harvest, target.concurrency, options.progress)
                await remembering(
                    campaign, options.fuzz, options.database, options.distill, options.numbers
                )
        digest = keeper.finish(whole=not stop.wished)
    header = replace(
        header_of(target.url, held.setting, law, started, target.keys),
        seconds=time.monotonic() - began,
        budget={
            "requests": target.budget.requests,
            "tokens": target.budget.tokens,
            "usd": target.budget.usd,
            "seconds": target.budget.seconds,
        },
        spent={
            "requests": governor.spent.requests,
            "tokens": governor.spent.tokens,
            "usd": governor.spent.nano_usd / 1e9,
        },
        evidence=options.evidence.name if options.evidence else "",
        evidence_digest=digest,
        interrupted=interrupting.REASON if stop.wished else "",
    )
    return Run(held, keeper.exchanges, header, only, harvest)


def _same_run(resumed: evidence.Evidence | None, target: Target, options: Options) -> None:
    """Refuse to go on with a run of another target or seed."""
    if resumed is None:
        return
    recorded = resumed.header
    if recorded.target != target.url or recorded.setting.seed != options.seed:
        raise UsageError(
            f"the evidence is of {recorded.target} with seed {recorded.setting.seed}",
            hint="resume with the same target and seed, or begin a new run",
        )


def edge_settings(target: Target, clock: Clock | None = None) -> Settings:
    """Return what the edge is to know of a target, and of the time."""
    http = target.http
    return Settings(
        base_url=target.url,
        timeouts=Timeouts(total=http.timeout),
        headers=tuple(http.headers.items()),
        trust=Trust(
            authorities=http.ca_file,
            client_certificate=http.client_certificate,
            client_key=http.client_key,
        ),
        proxy=http.proxy,
        http2=http.http2,
        user_agent=f"gonogo/{__version__}",
        clock=clock or Clock(),
    )


def _evidence_header(
    target: Target, setting: Setting, law: Contract, started: datetime
) -> evidence.Header:
    return evidence.Header(
        target=target.url,
        setting=setting,
        kit_version=__version__,
        contract_version=law.version,
        contract_digest=law.digest,
        began=started.timestamp(),
        notes=dict(target.keys),
    )


def header_of(
    url: str, setting: Setting, law: Contract, started: datetime, variables: Mapping[str, str]
) -> Header:
    """Return the header of a report, as far as the setting tells."""
    return Header(
        kit_version=__version__,
        contract_title=law.title,
        contract_version=law.version,
        contract_digest=law.digest,
        target=url,
        model=setting.model,
        scope=Scope(setting.scope),
        seed=setting.seed,
        started=started.isoformat(timespec="seconds"),
        seconds=0.0,
        budget={"requests": 0, "tokens": 0, "usd": 0.0, "seconds": 0.0},
        spent={"requests": 0, "tokens": 0, "usd": 0.0},
        environment={"python": platform.python_version(), "system": platform.system()},
        variables=dict(variables),
    )
