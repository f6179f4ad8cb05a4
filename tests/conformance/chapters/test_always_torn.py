"""Answers that break off, over a whole run, made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.catalogue import Conversation
from conformance.exchange import Ending, Exchange, Sending, Setting
from conformance.probe import Transcript
from conformance.verdict import hear
from tests.conformance import answers
from tests.conformance.chapters.judging import JUDGES, labelled

WHOLE, TORN = answers.exchange(b"{}"), answers.exchange(b"{", ending=Ending.INCOMPLETE)
RESET = replace(TORN, ending=Ending.RESET)


def findings(*tries: Exchange) -> int:
    judge = JUDGES["always.seldom-torn"]
    assert isinstance(judge, Conversation)
    named = tuple(labelled(each, f"try-{place}") for place, each in enumerate(tries))
    return len(hear(judge.judge(Transcript("torn", Setting(), (), tries=named))).findings)


@pytest.mark.parametrize("torn", [TORN, RESET])
def test_every_fifth_answer_torn_is_one_finding(torn: Exchange) -> None:
    assert findings(*(5 * [*4 * [WHOLE], torn])) == 1
    assert findings(*(4 * [*4 * [WHOLE], torn])) == 0, "four times may be chance"


def test_what_noise_there_is_on_a_network_is_not_held_against_a_target() -> None:
    assert findings(*(6 * [*10 * [WHOLE], TORN])) == 0, "less than a tenth"
    assert findings(*(20 * [WHOLE]), *(16 * [TORN]), *(20 * [WHOLE])) == 0, "one restart"
    assert findings(*(40 * [WHOLE])) == findings() == 0


def test_what_we_left_or_tore_ourselves_says_nothing() -> None:
    left = replace(WHOLE, ending=Ending.ABANDONED)
    odd = replace(TORN, request=replace(TORN.request, sending=Sending(content_length="7")))
    for other in (left, odd, replace(WHOLE, ending=Ending.TIMEOUT)):
        assert findings(*(9 * [*4 * [WHOLE], other])) == 0
