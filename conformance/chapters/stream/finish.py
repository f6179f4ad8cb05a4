"""How each choice of a stream ends."""

from __future__ import annotations

from typing import Any

from conformance import forge
from conformance.catalogue import Statements, reads
from conformance.chapters.stream.choices import first_choice, odd_in_chunks, wrong
from conformance.chapters.stream.identity import shown, with_chunks
from conformance.chapters.stream.sentinel import complete
from conformance.exchange import Exchange
from conformance.oddity import Strange
from conformance.reading import Reading
from conformance.verdict import Finding

WORDS = ("stop", "length", "tool_calls", "content_filter", "function_call")


def complete_with_chunks(reading: Reading) -> bool:
    """A complete stream that holds chunks."""
    return complete(reading) and with_chunks(reading)


def _every_choice(exchange: Exchange, **changes: Any) -> Exchange:
    def change(chunk: dict[str, Any]) -> None:
        for choice in chunk["choices"]:
            choice.update(changes)

    return forge.each_chunk(exchange, change)


def never_finished(exchange: Exchange) -> Exchange:
    """No choice ends."""
    return _every_choice(exchange, finish_reason=None)


@reads("stream.finish-present", where=complete_with_chunks, forgery=never_finished, rare=True)
def finish_present(reading: Reading) -> Statements:
    """Every choice that began has a finish_reason."""
    for choice in reading.stream.choices:
        if not choice.finishes:
            yield Finding(
                reading.at_event(choice.last, "/choices"),
                f"a finish_reason for choice {choice.index}",
                "none in the whole stream",
                reading.id,
            )


def finished_everywhere(exchange: Exchange) -> Exchange:
    """Every chunk ends its choice."""
    return _every_choice(exchange, finish_reason="stop")


@reads("stream.finish-once", where=with_chunks, forgery=finished_everywhere)
def finish_once(reading: Reading) -> Statements:
    """No choice has a second finish_reason."""
    for choice in reading.stream.choices:
        words = [seen for seen in choice.finishes if isinstance(seen.value, str) and seen.value]
        if len(words) > 1:
            yield Finding(
                reading.at_event(words[1].event, "/choices"),
                f"one finish_reason for choice {choice.index}",
                f"{len(words)} of them",
                reading.id,
            )


def empty_finish(exchange: Exchange) -> Exchange:
    """The first chunk has an empty finish_reason."""
    return forge.at_chunk(exchange, 0, lambda chunk: first_choice(chunk, finish_reason=""))


@reads("stream.finish-null-before", where=with_chunks, forgery=empty_finish)
def finish_null_before(reading: Reading) -> Statements:
    """A finish_reason that is given is a word."""
    for odd in odd_in_chunks(reading, "/finish_reason", Strange.WRONG_TYPE):
        yield wrong(reading, odd, "null, or absent, until the choice ends")


def finished_in_own_words(exchange: Exchange) -> Exchange | None:
    """A choice ends with a vendor's word."""
    choice = Reading(exchange).stream.choice(0)
    if choice is None or not choice.finishes:
        return None
    event = choice.finishes[0].event
    return forge.at_chunk(
        exchange, event, lambda chunk: first_choice(chunk, finish_reason="eos_token")
    )


@reads("stream.finish-known", where=with_chunks, forgery=finished_in_own_words)
def finish_known(reading: Reading) -> Statements:
    """A finish_reason that is a word is one of OpenAI's."""
    for choice in reading.stream.choices:
        for seen in choice.finishes:
            if isinstance(seen.value, str) and seen.value and seen.value not in WORDS:
                yield Finding(
                    reading.at_event(seen.event, f"/choices/{choice.index}/finish_reason"),
                    f"one of {', '.join(WORDS)}",
                    shown(seen.value),
                    reading.id,
                )
                break


def text_after_the_end(exchange: Exchange) -> Exchange | None:
    """A choice goes on after its finish_reason."""
    choice = Reading(exchange).stream.choice(0)
    if choice is None or not choice.finishes or not choice.pieces:
        return None
    chunk = next(
        each.value
        for each in Reading(exchange).stream.chunks
        if each.event == choice.pieces[0].event
    )
    return forge.with_event(exchange, choice.finishes[0].event + 1, chunk)


@reads("stream.finish-last", where=with_chunks, forgery=text_after_the_end)
def finish_last(reading: Reading) -> Statements:
    """No choice says anything after its finish_reason."""
    for odd in odd_in_chunks(reading, "", Strange.TEXT_AFTER_FINISH):
        yield Finding(
            reading.at_event(odd.event or 0, odd.pointer),
            "nothing after the finish_reason of the choice",
            shown(odd.value),
            reading.id,
        )
        return
