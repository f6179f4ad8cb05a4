"""Penalties and biases act on greedy answers, and the defaults of all parameters do not."""

from __future__ import annotations

from collections.abc import Callable

from conformance import forge, retelling
from conformance.catalogue import Statements, TranscriptForgery, judges
from conformance.chapters.sampling.chance import alike
from conformance.chapters.sampling.stops import shown, text_place
from conformance.obtained import obtained, refusal, refused
from conformance.probe import Transcript
from conformance.probes.weights import WEIGHTS
from conformance.verdict import Finding, NotApplicable

VARY = "greedy answers of this target vary"
WORDS = 8
"""An answer of fewer words repeats too little for a penalty to move it."""


def _penalised(transcript: Transcript, *pairs: tuple[str, str]) -> Statements:
    """A penalty changes one of some answers, if one of them is long enough to show it."""
    own = [reading.text_of() for label, _ in pairs if (reading := transcript.get(label))]
    if own and all(len(text.split()) < WORDS for text in own):
        raise NotApplicable("the answers are too short for a penalty to show")
    yield from _acts(transcript, *pairs)


def _acts(transcript: Transcript, *pairs: tuple[str, str]) -> Statements:
    """In one pair at least, the answer with the parameter is not the one without."""
    for own, weighed in pairs:
        if weighed != pairs[0][1] and transcript.get(weighed) is None and not transcript.cut:
            break
        if obtained(transcript, own, VARY).text_of() != obtained(transcript, weighed).text_of():
            return
    reading = transcript[pairs[0][1]]
    expected = "an answer that differs from the one without the parameter"
    yield Finding(text_place(reading), expected, shown(reading.text_of()), reading.id)


@judges("sampling.frequency-acts", on=WEIGHTS, forgery=alike("open", "frequent"))
def frequency_acts(transcript: Transcript) -> Statements:
    """`frequency_penalty: 2` changes a greedy answer, if not prose then a repetitive one."""
    yield from _penalised(transcript, ("open", "frequent"), ("apples", "frequent-apples"))


@judges("sampling.presence-acts", on=WEIGHTS, forgery=alike("open", "present"))
def presence_acts(transcript: Transcript) -> Statements:
    """`presence_penalty` 2 or -2 changes a greedy answer."""
    yield from _penalised(transcript, ("open", "present"), ("open", "absent"))


@judges("sampling.logit-bias-acts", on=WEIGHTS, forgery=alike("open", "biased"))
def logit_bias_acts(transcript: Transcript) -> Statements:
    """A bias of 100 on two tokens, or on two thousand, changes a greedy answer."""
    yield from _acts(transcript, ("open", "biased"), ("open", "biased-wide"))


def _told(label: str, change: Callable[[Transcript], str]) -> TranscriptForgery:
    def forgery(transcript: Transcript) -> Transcript:
        text = change(transcript)
        exchange = retelling.with_text(transcript[label].exchange, lambda _: text)
        return transcript.replacing(exchange)

    return forgery


@judges(
    "sampling.logit-bias-accepted",
    on=WEIGHTS,
    forgery=lambda t: t.replacing(forge.with_status(t["biased"].exchange, 400)),
)
def logit_bias_accepted(transcript: Transcript) -> Statements:
    """`logit_bias` is not refused."""
    if refused(transcript["biased"]):
        yield refusal(transcript["biased"])


def _same(transcript: Transcript, label: str) -> Statements:
    """A greedy answer is the target's own."""
    reading = obtained(transcript, label, VARY)
    own, text = transcript.setting.greedy, reading.text_of().rstrip("\ufffd").rstrip()
    if not own.startswith(text) or (not text and own):
        begins = f"the beginning of {own[: len(text) + 20]!r}"
        yield Finding(text_place(reading), begins, shown(reading.text_of()), reading.id)


@judges("sampling.defaults-neutral", on=WEIGHTS, forgery=_told("defaults", lambda _: "Well, 1"))
def defaults_neutral(transcript: Transcript) -> Statements:
    """With every default spelt out, the greedy answer is the same."""
    yield from _same(transcript, "defaults")
