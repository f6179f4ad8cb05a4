"""Judging: transcripts and exchanges in, rulings out. Pure; the same live and on replay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance.capability import EFFECTIVE, UNDECIDED, reason_absent
from conformance.catalogue import Catalogue, Conversation, Entry, EveryExchange
from conformance.exchange import Ending, Exchange, Setting
from conformance.probe import Transcript
from conformance.reading import Reading
from conformance.verdict import (
    Inconclusive,
    NotApplicable,
    NotDecided,
    Opinion,
    Ruling,
    Untestable,
    hear,
    rule,
)
from openapi import Requirement, Scope

_OF_THE_CUT = ("always.", "framing.", "transport.", "errors.")
"""Chapters that judge how an answer ended."""
_BROKEN = frozenset({Ending.INCOMPLETE, Ending.RESET, Ending.TIMEOUT, Ending.TOO_LARGE})


@dataclass(slots=True)
class Docket:
    """Everything a run leaves to be judged."""

    setting: Setting
    transcripts: Mapping[str, Transcript]
    loose: Sequence[Exchange] = ()
    """Exchanges outside any transcript."""
    heard: Mapping[str, Sequence[Opinion]] = field(default_factory=dict)
    """Requirement → opinions on exchanges that were judged and let go: those of the fuzz."""
    not_held: Mapping[str, NotDecided] = field(default_factory=dict)
    """Probe name → why it was not held."""
    crashes: list[str] = field(default_factory=list)
    """Judges that failed themselves: our own bugs, never the target's."""

    @property
    def cut(self) -> str:
        """Why a conversation of the run was not finished; empty when all were."""
        return next((each.cut for each in self.transcripts.values() if each.cut), "")

    def blameless(self, reason: NotDecided) -> NotDecided:
        """Return why something stays open: in a run cut short, what is unknown is not noise."""
        open_ = isinstance(reason, Inconclusive) and not reason.reason.startswith("budget")
        return Inconclusive(self.cut) if open_ and self.cut else reason

    def readings(self) -> Iterator[Reading]:
        """Return the reading of every exchange, each once, however often it was recalled."""
        seen: set[int] = set()
        for transcript in self.transcripts.values():
            for reading in transcript.readings:
                if id(reading.exchange) not in seen:
                    seen.add(id(reading.exchange))
                    yield reading
        for exchange in self.loose:
            yield Reading(exchange, self.setting)


def applicable(requirement: Requirement, setting: Setting) -> NotDecided | None:
    """Return why a requirement does not apply in a setting, or None when it does."""
    for capability in requirement.when:
        found = setting.capabilities.get(capability, UNDECIDED)
        if found == UNDECIDED:
            return Inconclusive(f"whether the target has {capability!r} could not be found out")
        if found != EFFECTIVE:
            return NotApplicable(reason_absent(capability, found))
    return None


def judge(docket: Docket, catalogue: Catalogue, only: Iterable[str] | None = None) -> list[Ruling]:
    """Rule on every requirement of the scope, or on those named, in the contract's order."""
    scope = Scope(docket.setting.scope)
    chosen = None if only is None else set(only)
    readings = list(docket.readings())
    rulings = []
    for entry in catalogue:
        requirement = entry.requirement
        level = requirement.level(scope)
        if level is None or (chosen is not None and requirement.id not in chosen):
            continue
        reason = applicable(requirement, docket.setting)
        if reason is None:
            opinions = [
                *_opinions(entry, docket, readings),
                *docket.heard.get(requirement.id, ()),
            ]
        else:
            opinions = [Opinion(undecided=docket.blameless(reason))]
        rulings.append(rule(requirement.id, level, opinions))
    return rulings


def _opinions(entry: Entry, docket: Docket, readings: Sequence[Reading]) -> list[Opinion]:
    match entry.judge:
        case Conversation() as judge:
            return [_of_conversation(judge, probe.name, docket) for probe in judge.on]
        case EveryExchange() as judge:
            return list(_of_exchanges(judge, docket, readings))


def _of_conversation(judge: Conversation, probe: str, docket: Docket) -> Opinion:
    transcript = docket.transcripts.get(probe)
    if transcript is None:
        missing = docket.not_held.get(probe)
        if missing is None:
            missing = Untestable(f"the conversation {probe!r} was not held")
        return Opinion(undecided=docket.blameless(missing))
    try:
        opinion = hear(judge.judge(transcript))
    except Exception as error:
        return _crashed(error, judge.id, probe, docket)
    if transcript.cut and isinstance(opinion.undecided, (Untestable, Inconclusive)):
        # What was never asked is no answer that the target failed to give.
        return replace(opinion, undecided=Inconclusive(transcript.cut))
    return opinion if judge.id.startswith(_OF_THE_CUT) else _of_whole_answers(opinion, transcript)


def _of_whole_answers(opinion: Opinion, transcript: Transcript) -> Opinion:
    """Return an opinion without what it holds against answers that broke off.

    That an answer broke off is one finding, of another requirement; what its text then lacks is no
    second one.
    """
    broken = {
        exchange.id
        for exchange in transcript.exchanges
        if exchange.ending in _BROKEN and exchange.status is not None
    }
    kept = tuple(each for each in opinion.findings if each.exchange not in broken)
    if len(kept) == len(opinion.findings):
        return opinion
    reason = next(each.exchange for each in opinion.findings if each.exchange in broken)
    undecided = opinion.undecided or Inconclusive(f"{reason}: the answer broke off each time")
    return replace(opinion, findings=kept, undecided=undecided)


def _of_exchanges(
    judge: EveryExchange, docket: Docket, readings: Sequence[Reading]
) -> Iterator[Opinion]:
    seen = False
    for reading in readings:
        try:
            if judge.where(reading):
                seen = True
                yield hear(judge.judge(reading))
        except Exception as error:
            yield _crashed(error, judge.id, reading.exchange.id, docket)
    if not seen:
        yield Opinion(undecided=_unseen(judge, docket))


def _unseen(judge: EveryExchange, docket: Docket) -> NotDecided:
    """Return why nothing was there to judge; a run that was cut short is not the target's fault."""
    if docket.cut:
        return Inconclusive(docket.cut)
    reason = "no exchange of this run shows it"
    # A target that answers no chat owes us the exchanges. One that does merely shows none of this
    # kind, and whether it should is the business of another requirement.
    chats = docket.setting.capabilities.get("chat") == EFFECTIVE
    return NotApplicable(reason) if judge.rare or chats else Untestable(reason)


def _crashed(error: Exception, identity: str, where: str, docket: Docket) -> Opinion:
    """A judge that raises is our bug: said aloud, and never counted against the target."""
    words = f"{type(error).__name__}: {error}".partition("\n")[0]
    docket.crashes.append(f"judge of {identity} on {where}: {words}")
    return Opinion(undecided=Inconclusive("the judge itself failed: a bug of this kit"))
