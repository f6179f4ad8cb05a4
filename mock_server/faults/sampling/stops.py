"""Lies about stop texts: ignored, taken for others, or found too late."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import FinishReason, Piece, Prompt
from mock_server.faults import Pieces, fault
from mock_server.faults.sampling.recut import first, keeping, recut, stops_of

Json = dict[str, Any]


@fault("sampling.stop-text", at="prompt")
def ignores_a_string(prompt: Prompt, call: Call) -> Prompt:
    """Ignore a stop text that is not in a list."""
    return replace(prompt, stop=()) if isinstance(call.body.get("stop"), str) else prompt


@fault("sampling.stop-list", at="prompt")
def ignores_a_list(prompt: Prompt, call: Call) -> Prompt:
    """Ignore a list of stop texts."""
    return replace(prompt, stop=()) if isinstance(call.body.get("stop"), list) else prompt


@fault("sampling.stop-text/any", at="prompt")
def never_stops(prompt: Prompt, call: Call) -> Prompt:
    """Ignore stop texts, however they are given."""
    del call
    return replace(prompt, stop=())


@fault("sampling.stop-accepted", at="body")
def refuses_stop(body: Json, call: Call) -> Json:
    """Refuse stop texts."""
    del call
    return {**body, "stop": 1} if body.get("stop") else body


@fault("sampling.stop-each", at="prompt")
def knows_three(prompt: Prompt, call: Call) -> Prompt:
    """Ignore the fourth stop text."""
    del call
    return replace(prompt, stop=prompt.stop[:3])


@fault("sampling.stop-each/first-only", at="prompt")
def knows_one(prompt: Prompt, call: Call) -> Prompt:
    """Ignore all stop texts but the first."""
    del call
    return replace(prompt, stop=prompt.stop[:1])


@fault("sampling.stop-each/last-only", at="prompt")
def knows_the_last(prompt: Prompt, call: Call) -> Prompt:
    """Ignore all stop texts but the last."""
    del call
    return replace(prompt, stop=prompt.stop[-1:])


@fault("sampling.stop-each/in-streams", at="prompt")
def streams_know_three(prompt: Prompt, call: Call) -> Prompt:
    """Ignore the fourth stop text of a list in one piece, and know all in streams."""
    return prompt if call.streams else replace(prompt, stop=prompt.stop[:3])


@fault("sampling.stop-earliest", at="prompt")
def prefers_the_order_of_the_list(prompt: Prompt, call: Call) -> Prompt:
    """Stop at the first of two texts of a list, wherever the second comes up."""
    del call
    likely = [text for text in prompt.stop if text.isascii()]
    return replace(prompt, stop=tuple(likely[:1])) if len(likely) == 2 else prompt


@fault("sampling.stop-stream", at="prompt")
def streams_run_on(prompt: Prompt, call: Call) -> Prompt:
    """Ignore stop texts in streams."""
    return replace(prompt, stop=()) if call.streams else prompt


@fault("sampling.stop-inside-token", at="prompt")
def stops_between_words(prompt: Prompt, call: Call) -> Prompt:
    """Ignore stop texts of nothing but letters, as if they began inside a token."""
    del call
    return keeping(prompt, lambda stop: not stop.isalpha())


@fault("sampling.stop-across-tokens", at="prompt")
def stops_at_single_tokens(prompt: Prompt, call: Call) -> Prompt:
    """Ignore stop texts of more than six characters."""
    del call
    return keeping(prompt, lambda stop: len(stop) <= 6)


@fault("sampling.stop-foreign", at="prompt")
def stops_in_ascii(prompt: Prompt, call: Call) -> Prompt:
    """Ignore stop texts beyond ASCII."""
    del call
    return keeping(prompt, str.isascii)


@fault("sampling.stop-newline", at="prompt")
def stops_at_no_line(prompt: Prompt, call: Call) -> Prompt:
    """Ignore stop texts that are blank."""
    del call
    return keeping(prompt, lambda stop: not stop.isspace())


@fault("sampling.stop-blanks", at="prompt")
def strips_stops(prompt: Prompt, call: Call) -> Prompt:
    """Strip stop texts of blanks."""
    del call
    return replace(prompt, stop=tuple(stop.strip() or stop for stop in prompt.stop))


@fault("sampling.stop-left-out", at="prompt")
@fault("sampling.stop-nothing-after", at="prompt")
@fault("sampling.stop-literal", at="prompt")
@fault("sampling.stop-case", at="prompt")
def leaves_stops_to_another(prompt: Prompt, call: Call) -> Prompt:
    """Let the engine know no stop text; another place looks for them."""
    del call
    return replace(prompt, stop=())


@fault("sampling.stop-left-out/stream", at="prompt")
@fault("sampling.stop-stream-leak", at="prompt")
def leaves_streams_to_another(prompt: Prompt, call: Call) -> Prompt:
    """Let the engine know no stop text in streams; another place looks for them."""
    return replace(prompt, stop=()) if call.streams else prompt


@fault("sampling.stop-left-out", at="pieces")
def keeps_the_mark(pieces: Pieces, call: Call) -> Pieces:
    """End an answer with its stop text."""
    return recut(pieces, call, included=True)


@fault("sampling.stop-left-out/stream", at="pieces")
def keeps_the_mark_in_streams(pieces: Pieces, call: Call) -> Pieces:
    """End a stream with its stop text."""
    return recut(pieces, call, included=True) if call.streams else pieces


@fault("sampling.stop-stream-leak", at="pieces")
def holds_nothing_back(pieces: Pieces, call: Call) -> Pieces:
    """Send the pieces of a stop text until it is complete."""
    return recut(pieces, call) if call.streams else pieces


@fault("sampling.stop-literal", at="pieces")
def takes_patterns(pieces: Pieces, call: Call) -> Pieces:
    """Take stop texts for regular expressions."""

    def find(text: str, stop: str) -> tuple[int, int] | None:
        match = re.search(stop, text)
        return match.span() if match else None

    return recut(pieces, call, find)


@fault("sampling.stop-case", at="pieces")
def takes_any_case(pieces: Pieces, call: Call) -> Pieces:
    """Compare stop texts without regard to case."""

    def find(text: str, stop: str) -> tuple[int, int] | None:
        match = re.search(re.escape(stop), text, re.IGNORECASE)
        return match.span() if match else None

    return recut(pieces, call, find)


@fault("sampling.stop-nothing-after", at="document")
def cuts_the_mark_out(document: Json, call: Call) -> Json:
    """Cut the stop text out, and keep what comes after it."""
    for choice in document.get("choices", ()):
        for stop in stops_of(call):
            choice["message"]["content"] = choice["message"]["content"].replace(stop, "")
    return document


@fault("sampling.stop-nothing-lost", at="pieces")
async def loses_the_piece_before(pieces: Pieces, call: Call) -> Pieces:
    """Lose the piece before a stop text."""
    held: Piece | None = None
    async for piece in pieces:
        if held is not None:
            lost = piece.finish is FinishReason.STOP and stops_of(call)
            yield replace(held, text="") if lost else held
        held = piece
    if held is not None:
        yield held


@fault("sampling.stop-finish", at="pieces")
async def says_length(pieces: Pieces, call: Call) -> Pieces:
    """Say `length` where a stop text ended the answer."""
    async for piece in pieces:
        stopped = piece.finish is FinishReason.STOP and stops_of(call)
        yield replace(piece, finish=FinishReason.LENGTH) if stopped else piece


@fault("sampling.stop-finish/stream", at="pieces")
def streams_say_length(pieces: Pieces, call: Call) -> Pieces:
    """Say `length` where a stop text ended a stream."""
    return says_length(pieces, call) if call.streams else pieces


@fault("sampling.stop-unseen", at="document")
def holds_back_for_ever(document: Json, call: Call) -> Json:
    """Never give what was held back in case a stop text followed."""
    for choice in document.get("choices", ()):
        text = choice["message"]["content"]
        for stop in stops_of(call):
            for size in range(len(stop) - 1, 0, -1):
                if text.endswith(stop[:size]):
                    text = text[:-size]
        choice["message"]["content"] = text
    return document


@fault("sampling.stop-in-prompt", at="pieces")
async def stops_at_the_prompt(pieces: Pieces, call: Call) -> Pieces:
    """Stop at once where the prompt holds a stop text."""
    text = call.turns[-1].text if call.turns else ""
    if first(text, stops_of(call)):
        yield Piece(0, "", 1, (), FinishReason.STOP)
        return
    async for piece in pieces:
        yield piece
