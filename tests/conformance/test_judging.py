"""From exchanges to rulings: what an answer that broke off is blamed for, and by whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance import modes
from conformance.catalogue import catalogue
from conformance.chapters.stream.texts import ALL
from conformance.exchange import Ending, Exchange, Setting
from conformance.judging import Docket, judge
from conformance.probe import Transcript
from conformance.probes.stream import TEXTS
from conformance.verdict import NotApplicable, Ruling, Verdict
from openapi import contract
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
