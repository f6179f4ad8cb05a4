"""Lies about whose answer it is, what it says and how it ended, in both modes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape

from mock_server.call import Call
from mock_server.completion import FinishReason, Piece, Prompt, Turn
from mock_server.faults import Pieces, fault
from mock_server.kept import Kept

TOGETHER = 500_000_000
"""Nanoseconds within which two requests count as made at once."""


def _heard(name: str, words: str, change: Callable[[Prompt], Prompt]) -> None:
    """Register a change of what the engine hears."""

    def changed(prompt: Prompt, call: Call) -> Prompt:
        del call
        return change(prompt)

    changed.__doc__ = words
    fault(name, at="prompt")(changed)


def _beginning(prompt: Prompt) -> Prompt:
    return replace(prompt, turns=tuple(replace(turn, text=turn.text[:64]) for turn in prompt.turns))


_heard("response.no-stale-answer", "Answer by the first 64 characters.", _beginning)
_heard(
    "response.history-counts",
    "Answer the last turn alone.",
    lambda prompt: replace(prompt, turns=prompt.turns[-1:]),
)
_heard(
    "response.answers-differ",
    "Give everyone the same answer.",
    lambda prompt: replace(prompt, turns=(Turn("user", "Hello!"),)),
)


class _Slot:
    """What the requests of one moment share by mistake."""

    def __init__(self) -> None:
        self.turns: tuple[Turn, ...] = ()
        self.at = 0

    def take(self, prompt: Prompt, call: Call) -> Prompt:
        """Return the prompt of the request that came just before, or keep this one."""
        if call.incoming.now - self.at < TOGETHER and self.turns:
            return replace(prompt, turns=self.turns)
        self.turns, self.at = prompt.turns, call.incoming.now
        return prompt


_plain, _streams = Kept(_Slot), Kept(_Slot)


@fault("response.at-once", at="prompt")
def mixes_up(prompt: Prompt, call: Call) -> Prompt:
    """Give requests made at once one answer."""
    return prompt if call.streams else _plain.at(call).take(prompt, call)


@fault("response.at-once-streams", at="prompt")
def mixes_up_streams(prompt: Prompt, call: Call) -> Prompt:
    """Give streams requested at once one text."""
    return _streams.at(call).take(prompt, call) if call.streams else prompt


def _told(name: str, words: str, change: Callable[[Piece, Call, bool], Piece]) -> None:
    """Register a change of each piece, which knows whether it is the first of its choice."""

    async def changed(pieces: Pieces, call: Call) -> Pieces:
        begun: set[int] = set()
        async for piece in pieces:
            yield change(piece, call, piece.choice not in begun)
            begun.add(piece.choice)

    changed.__doc__ = words
    fault(name, at="pieces")(changed)


def _prompted(piece: Piece, call: Call, first: bool) -> Piece:
    assert call.prompt is not None
    asked = call.prompt.turns[-1].text
    return replace(piece, text=f"{asked}\n{piece.text}") if first and len(asked) < 400 else piece


def _stopped(piece: Piece, call: Call, first: bool) -> Piece:
    del call, first
    return replace(piece, finish=FinishReason.STOP) if piece.finish else piece


def _cut(piece: Piece, call: Call, first: bool) -> Piece:
    del call, first
    return replace(piece, finish=FinishReason.LENGTH) if piece.finish else piece


def _emptied(piece: Piece, call: Call, first: bool) -> Piece:
    return replace(_stopped(piece, call, first), text="", logprobs=())


def _where(
    chosen: Callable[[Piece, Call], bool], change: Callable[[Piece, Call, bool], Piece]
) -> Callable[[Piece, Call, bool], Piece]:
    return lambda piece, call, first: change(piece, call, first) if chosen(piece, call) else piece


_told("response.not-the-prompt", "Begin with the prompt.", _prompted)
_told(
    "response.not-the-prompt/stream",
    "Begin streams with the prompt.",
    _where(lambda piece, call: call.streams, _prompted),
)
_told(
    "response.no-entities",
    "Escape the text for a page.",
    lambda piece, call, first: replace(piece, text=escape(piece.text)),
)
_told("response.cut-is-length", "Say stop where the cap cut.", _stopped)
_told(
    "response.cut-is-length/stream",
    "Say stop where the cap cut a stream.",
    _where(lambda piece, call: call.streams, _stopped),
)
_told(
    "response.cut-is-length/second",
    "Say stop where the cap cut choice 1.",
    _where(lambda piece, call: piece.choice == 1, _stopped),
)
_told("response.length-true", "Say length where the answer is whole.", _cut)
_told("response.content-not-empty", "Bill for a text that is not sent.", _emptied)
_told(
    "response.content-not-empty/second",
    "Bill for a second choice that is not sent.",
    _where(lambda piece, call: piece.choice == 1, _emptied),
)
