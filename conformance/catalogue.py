"""Catalogue: each sentence of the contract bound to its judge. Complete, or it refuses to load.

Two kinds of judge, each with the forgery it must catch:

    @judges("stream.done-last", on=GREETING, forgery=without_last_event)
    def done_is_last(transcript): ...          # reads one named conversation

    @reads("framing.media-type", where=streamed, forgery=labelled_json)
    def media_type(reading): ...               # reads every exchange of the run
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from conformance.exchange import Exchange
from conformance.probe import Probe, Transcript
from conformance.reading import Reading
from conformance.verdict import Finding, Note
from openapi import Contract, Requirement

Statements = Iterable[Finding | Note]
ConversationJudge = Callable[[Transcript], Statements]
ExchangeJudge = Callable[[Reading], Statements]
TranscriptForgery = Callable[[Transcript], Transcript | None]
ExchangeForgery = Callable[[Exchange], Exchange | None]


class CatalogueError(Exception):
    """The contract and the chapters do not match: which id, and which side lacks it."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A judge of named conversations."""

    id: str
    judge: ConversationJudge
    on: tuple[Probe, ...]
    forgery: TranscriptForgery
    """The smallest tampering the judge must catch; None from it means this transcript offers no
    place to tamper with, and another of `on` must."""

    @property
    def words(self) -> str:
        """What the judge does, in its own words."""
        return _first_line(self.judge)


@dataclass(frozen=True, slots=True)
class EveryExchange:
    """A judge of each exchange it applies to, whatever conversation that was part of."""

    id: str
    judge: ExchangeJudge
    where: Callable[[Reading], bool]
    forgery: ExchangeForgery
    rare: bool
    """Nothing to judge is in order: such exchanges need not occur."""

    @property
    def words(self) -> str:
        """What the judge does, in its own words."""
        return _first_line(self.judge)


Judge = Conversation | EveryExchange


@dataclass(slots=True)
class Registry:
    """What the chapters declare while they are imported."""

    judges: list[Judge] = field(default_factory=list)


_registry = Registry()


def judges(
    identity: str, *, on: Probe | tuple[Probe, ...], forgery: TranscriptForgery
) -> Callable[[ConversationJudge], ConversationJudge]:
    """Declare the judge of a requirement over one or more named conversations."""

    def declare(judge: ConversationJudge) -> ConversationJudge:
        probes = on if isinstance(on, tuple) else (on,)
        _registry.judges.append(Conversation(identity, judge, probes, forgery))
        return judge

    return declare


def reads(
    identity: str,
    *,
    where: Callable[[Reading], bool],
    forgery: ExchangeForgery,
    rare: bool = False,
) -> Callable[[ExchangeJudge], ExchangeJudge]:
    """Declare the judge of a requirement over every exchange that `where` picks."""

    def declare(judge: ExchangeJudge) -> ExchangeJudge:
        _registry.judges.append(EveryExchange(identity, judge, where, forgery, rare))
        return judge

    return declare


@dataclass(frozen=True, slots=True)
class Entry:
    """A requirement and its judge."""

    requirement: Requirement
    judge: Judge


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The bijection of judged requirements and judges."""

    entries: tuple[Entry, ...]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def entry(self, identity: str) -> Entry:
        """Return an entry by requirement id; KeyError if there is none."""
        for entry in self.entries:
            if entry.requirement.id == identity:
                return entry
        raise KeyError(identity)

    @property
    def probes(self) -> tuple[Probe, ...]:
        """Return every probe that a judge reads, once each, in order of first use."""
        found: dict[str, Probe] = {}
        for entry in self.entries:
            for probe in entry.judge.on if isinstance(entry.judge, Conversation) else ():
                if found.setdefault(probe.name, probe) is not probe:
                    raise CatalogueError(f"two probes are called {probe.name!r}; rename one")
        return tuple(found.values())


def bind(contract: Contract, declared: Iterable[Judge]) -> Catalogue:
    """Match requirements and judges; raises CatalogueError naming every orphan."""
    by_id: dict[str, Judge] = {}
    for judge in declared:
        if judge.id in by_id:
            raise CatalogueError(f"{judge.id!r} has two judges")
        by_id[judge.id] = judge
    wanted = {each.id: each for each in contract.requirements if each.excluded is None}
    unjudged = sorted(set(wanted) - set(by_id))
    unsaid = sorted(set(by_id) - set(wanted))
    if unjudged or unsaid:
        raise CatalogueError(
            f"requirements without a judge: {unjudged or 'none'}; "
            f"judges without a requirement: {unsaid or 'none'}"
        )
    entries = tuple(Entry(requirement, by_id[identity]) for identity, requirement in wanted.items())
    catalogue = Catalogue(entries)
    _ = catalogue.probes
    return catalogue


@functools.cache
def declared_judges() -> tuple[Judge, ...]:
    """Import every chapter, found by being in the folder, and return the judges declared.

    A chapter is a file, or a folder of files by idea where one file would be too long.
    """
    from conformance import chapters

    for module in pkgutil.walk_packages(chapters.__path__, f"{chapters.__name__}."):
        importlib.import_module(module.name)
    return tuple(_registry.judges)


@functools.lru_cache(maxsize=4)
def catalogue(contract: Contract) -> Catalogue:
    """Return the catalogue of a contract that is the shipped one or a later edition of it."""
    return bind(contract, declared_judges())


def _first_line(judge: Callable[..., object]) -> str:
    return (judge.__doc__ or judge.__name__.replace("_", " ")).strip().split("\n")[0]
