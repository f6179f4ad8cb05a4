"""From exchanges to rulings: what an answer that broke off is blamed for, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from conformance import modes
from conformance.capability import ABSENT, EFFECTIVE, UNDECIDED
from conformance.catalogue import (
    Catalogue,
    Conversation,
    Entry,
    EveryExchange,
    Judge,
    catalogue,
)
from conformance.chapters.stream.texts import ALL
from conformance.exchange import Ending, Exchange, Setting
from conformance.judging import Docket, judge
from conformance.probe import Probe, Transcript
from conformance.probes.stream import TEXTS
from conformance.reading import Reading
from conformance.verdict import (
    Finding,
    Inconclusive,
    NotApplicable,
    NotDecided,
    Opinion,
    Ruling,
    Untestable,
    Verdict,
)
from openapi import Level, Requirement, Scope, contract
from tests.conformance.answers import exchange
from tests.conformance.chapters.streams import plain, streamed

SEA = "the sea is wide and the ship is small"
ABLE = dict.fromkeys(("chat", "streaming", "deterministic"), "effective")


def ruled(identity: str, *exchanges: Exchange) -> Ruling:
    setting = Setting(capabilities=ABLE)
    transcript = Transcript(TEXTS.name, setting, exchanges)
    elsewhere = {probe.name: NotApplicable("not held") for probe in ALL if probe is not TEXTS}
    docket = Docket(setting, {TEXTS.name: transcript}, not_held=elsewhere)
    (ruling,) = judge(docket, catalogue(contract()), [identity])
    assert docket.crashes == []
    return ruling


@pytest.mark.parametrize("ending", [Ending.INCOMPLETE, Ending.RESET, Ending.TIMEOUT])
def test_what_an_answer_that_broke_off_lacks_is_no_second_finding(ending: Ending) -> None:
    broken = replace(streamed("the sea is | and the ship is small"), ending=ending, attempt=4)
    text = ruled("stream.text-equal", plain(SEA), broken)
    assert (text.verdict, text.findings) == (Verdict.INCONCLUSIVE, ())
    assert "broke off" in text.reason
    whole = ruled("always.complete", plain(SEA), broken)
    assert whole.verdict is Verdict.FAIL


def test_what_whole_answers_lack_still_counts_beside_one_that_broke_off() -> None:
    broken = replace(streamed("the sea"), ending=Ending.RESET, attempt=4)
    other = [
        plain(SEA, label=modes.plain("two")),
        streamed("the sea is | and the ship is small", label=modes.streamed("two")),
    ]
    text = ruled("stream.text-equal", plain(SEA), broken, *other)
    assert text.verdict is Verdict.FAIL
    assert len(text.findings) == 1


WHOLE = Requirement(
    "framing.whole", "It is whole.", {Scope.ANY: Level.MUST}, (), "", "", (), (), None, ""
)
CHATTY = Setting(capabilities={"chat": EFFECTIVE})
MUTE = Setting(capabilities={"chat": UNDECIDED})
ASKED = Probe("asked", lambda _: iter(()))


def whole(reading: Reading) -> Iterator[Finding]:
    """Its body ends with a full stop."""
    if not reading.text.endswith("."):
        yield Finding(reading.id, "a full stop", reading.text, reading.id)


def reads(
    judge: Any = whole, *, rare: bool = False, where: Any = lambda reading: reading.ok
) -> EveryExchange:
    return EveryExchange(WHOLE.id, judge, where, lambda _: None, rare)


def converses(judge: Any) -> Conversation:
    return Conversation(WHOLE.id, judge, (ASKED,), lambda _: None)


def ruling(by: Judge, docket: Docket, requirement: Requirement = WHOLE) -> Ruling:
    (only,) = judge(docket, Catalogue((Entry(requirement, by),)))
    return only


def said(text: str, **changes: Any) -> Exchange:
    return exchange(text.encode(), "text/plain", **changes)


def asked(*exchanges: Exchange, cut: str = "") -> dict[str, Transcript]:
    return {"asked": Transcript("asked", CHATTY, exchanges, cut)}


def test_every_exchange_is_read_once_those_outside_a_conversation_too() -> None:
    one, two, loose = said("one."), said("two"), said("three")
    transcripts = {**asked(one, two), "again": Transcript("again", CHATTY, (two,))}
    found = ruling(reads(), Docket(CHATTY, transcripts, (loose,)))
    assert (found.verdict, found.count, found.judged) == (Verdict.FAIL, 2, 3)


def test_what_was_heard_before_counts_beside_what_is_read() -> None:
    heard = {WHOLE.id: [Opinion((Finding("x", "y", "z", "w"),))]}
    assert ruling(reads(), Docket(CHATTY, asked(said("one.")), heard=heard)).count == 1


@pytest.mark.parametrize(
    ("setting", "rare", "cut", "verdict"),
    [
        (CHATTY, False, "", Verdict.NOT_APPLICABLE),
        (MUTE, False, "", Verdict.UNTESTABLE),
        (MUTE, True, "", Verdict.NOT_APPLICABLE),
        (CHATTY, True, "", Verdict.NOT_APPLICABLE),
        (MUTE, True, "budget: 1 requests", Verdict.INCONCLUSIVE),
    ],
)
def test_what_no_exchange_shows_is_the_targets_fault_where_it_owes_one(
    setting: Setting, rare: bool, cut: str, verdict: Verdict
) -> None:
    docket = Docket(setting, asked(said("no", status=500), cut=cut))
    assert ruling(reads(rare=rare), docket).verdict is verdict


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (EFFECTIVE, Verdict.PASS),
        (ABSENT, Verdict.NOT_APPLICABLE),
        (UNDECIDED, Verdict.INCONCLUSIVE),
        (None, Verdict.INCONCLUSIVE),
    ],
)
def test_a_requirement_applies_where_its_capability_is_effective(
    found: str | None, verdict: Verdict
) -> None:
    setting = Setting(capabilities={} if found is None else {"n": found})
    docket = Docket(setting, asked(said("one.")))
    assert ruling(reads(), docket, replace(WHOLE, when=("n",))).verdict is verdict


def test_in_a_run_cut_short_what_is_unknown_is_not_called_noise() -> None:
    cut = Docket(CHATTY, asked(cut="stopped by hand"))
    for reason, words in [
        (Inconclusive("noise"), "stopped by hand"),
        (Inconclusive("budget: 1 requests"), "budget: 1 requests"),
        (Untestable("refused"), "refused"),
        (NotApplicable("no key"), "no key"),
    ]:
        assert cut.blameless(reason).reason == words
    assert Docket(CHATTY, asked()).blameless(Inconclusive("noise")).reason == "noise"


@pytest.mark.parametrize(
    ("reason", "cut", "verdict", "words"),
    [
        (Untestable("not sent"), "", Verdict.UNTESTABLE, "not sent"),
        (Untestable("not sent"), "budget", Verdict.INCONCLUSIVE, "budget"),
        (Inconclusive("noise"), "budget", Verdict.INCONCLUSIVE, "budget"),
        (NotApplicable("no key"), "budget", Verdict.NOT_APPLICABLE, "no key"),
        (None, "budget", Verdict.PASS, ""),
    ],
)
def test_a_conversation_cut_short_is_no_answer_that_the_target_failed_to_give(
    reason: NotDecided | None, cut: str, verdict: Verdict, words: str
) -> None:
    def weigh(_: Transcript) -> Iterator[Finding]:
        if reason is not None:
            raise reason
        yield from ()

    found = ruling(converses(weigh), Docket(CHATTY, asked(said("one."), cut=cut)))
    assert (found.verdict, found.reason) == (verdict, words)


def test_a_conversation_that_was_not_held_says_why_or_is_the_targets_fault() -> None:
    by = converses(lambda _: ())
    assert ruling(by, Docket(CHATTY, {})).verdict is Verdict.UNTESTABLE
    docket = Docket(CHATTY, {}, not_held={"asked": NotApplicable("no key")})
    assert (ruling(by, docket).verdict, ruling(by, docket).reason) == (
        Verdict.NOT_APPLICABLE,
        "no key",
    )


def test_a_judge_that_fails_is_our_bug_and_never_the_targets() -> None:
    def fails(_: Any) -> Iterator[Finding]:
        yield from ()
        raise ValueError("first line\nlast line")

    for by, where in ((reads(fails), "greeting/one"), (converses(fails), "asked")):
        docket = Docket(CHATTY, asked(said("one.")))
        assert ruling(by, docket).verdict is Verdict.INCONCLUSIVE
        assert docket.crashes == [f"judge of framing.whole on {where}: ValueError: first line"]


def test_only_what_is_chosen_and_of_the_scope_is_ruled_on() -> None:
    docket = Docket(CHATTY, asked(said("one.")))
    entries = Catalogue((Entry(WHOLE, reads()),))
    assert len(judge(docket, entries, [WHOLE.id])) == 1
    assert judge(docket, entries, ["framing.other"]) == []
    assert judge(docket, Catalogue((Entry(replace(WHOLE, levels={}), reads()),))) == []


def test_an_exchange_that_was_read_and_left_open_is_not_one_that_never_came() -> None:
    def leaves_open(_: Reading) -> Iterator[Finding]:
        yield from ()
        raise NotApplicable("too short to tell")

    found = ruling(reads(leaves_open), Docket(MUTE, asked(said("one."))))
    assert (found.verdict, found.reason) == (Verdict.NOT_APPLICABLE, "too short to tell")
