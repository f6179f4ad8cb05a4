"""From the body of a text completion to prompts, one for each text. Knows no answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mock_server import parameters
from mock_server.completion import Engine, Piece, Prompt, Turn
from mock_server.problem import Problem
from mock_server.tokens import Tokens
from mock_server.window import Window

DEFAULT_CEILING = 16
"""Tokens of each choice where the request sets no ceiling, as OpenAI has it."""
MOST_CHOICES = 512


def prompts(
    body: Mapping[str, Any],
    *,
    base: str,
    adapter: str | None,
    engine: Engine,
    window: Window,
    tokens: Callable[[], Tokens],
    occurrence: Callable[[tuple[Turn, ...]], int],
) -> tuple[Prompt, ...]:
    """Return one prompt for each text of a valid body.

    `tokens` is asked only where the body gives token ids. Raises Problem (400) for what a schema
    cannot say.
    """
    _possible(body)
    ceiling = body.get("max_tokens")
    logprobs = body.get("logprobs")
    asked = {**body, "logprobs": logprobs is not None, "top_logprobs": logprobs}
    made = []
    for text in texts(body["prompt"], tokens, "prompt"):
        turns = (Turn("user", text),)
        count = engine.count(turns)
        cap = window.room(count, DEFAULT_CEILING if ceiling is None else ceiling, "prompt")
        made.append(
            parameters.prompt(
                asked,
                base=base,
                adapter=adapter,
                turns=turns,
                tokens=count,
                cap=cap,
                occurrence=occurrence(turns),
            )
        )
    if len(made) * made[0].n > MOST_CHOICES:
        raise Problem(
            "invalid_value",
            f"{len(made)} prompts with n {made[0].n} are more than {MOST_CHOICES} choices. "
            "Ask for fewer at once.",
            "prompt",
        )
    return tuple(made)


def together(parts: Sequence[Prompt]) -> Prompt:
    """Return the prompt that stands for several: what all of them take, and every choice."""
    first = parts[0]
    return replace(
        first,
        tokens=sum(part.tokens for part in parts),
        n=first.n * len(parts),
        cap=max(part.cap for part in parts),
    )


def pieces(
    engine: Engine, parts: Sequence[Prompt], echo: bool
) -> Iterator[Piece] | AsyncIterator[Piece]:
    """Return what an engine makes of several prompts, one after the other, choices counted on."""
    made = [engine.pieces(part) for part in parts]
    begun = _echoes(parts) if echo else iter(())
    if all(isinstance(one, Iterator) for one in made):
        return _in_order(begun, made, parts)
    return _in_time(begun, made, parts)


def texts(given: Any, tokens: Callable[[], Tokens], field: str) -> list[str]:
    """Return the texts of a field: one, several, or token ids of one or several."""
    several = given if isinstance(given, list) else [given]
    if all(isinstance(one, int) and not isinstance(one, bool) for one in several):
        several = [several]
    if len({type(one) for one in several}) != 1:
        raise Problem(
            "invalid_type",
            f"'{field}' mixes texts and token ids. Send all of them in one way.",
            field,
        )
    return [one if isinstance(one, str) else _text(one, tokens(), field) for one in several]


def _text(ids: Sequence[int], tokens: Tokens, field: str) -> str:
    unknown = [token for token in ids if token >= tokens.vocabulary_size]
    if unknown:
        raise Problem(
            "invalid_value",
            f"'{field}' holds the token {unknown[0]}, and there are {tokens.vocabulary_size}.",
            field,
        )
    return tokens.decode(ids)


def _possible(body: Mapping[str, Any]) -> None:
    best_of, n = body.get("best_of"), body.get("n")
    if best_of is not None and best_of != (1 if n is None else n):
        raise Problem(
            "unsupported_value",
            f"'best_of' is {best_of}; only as many choices are made as 'n' returns. Leave it out.",
            "best_of",
        )
    if body.get("echo") and body.get("logprobs") is not None:
        raise Problem(
            "unsupported_parameter",
            "'echo' with 'logprobs' asks for the probabilities of a prompt, which are not computed "
            "here. Leave one of them out.",
            "echo",
        )


def _echoes(parts: Sequence[Prompt]) -> Iterator[Piece]:
    for index, part in enumerate(parts):
        for choice in range(part.n):
            yield Piece(index * part.n + choice, part.turns[0].text, 0)


def _in_order(
    begun: Iterator[Piece], made: Sequence[Any], parts: Sequence[Prompt]
) -> Iterator[Piece]:
    yield from begun
    for index, (source, part) in enumerate(zip(made, parts, strict=True)):
        for piece in source:
            yield replace(piece, choice=index * part.n + piece.choice)


async def _in_time(
    begun: Iterator[Piece], made: Sequence[Any], parts: Sequence[Prompt]
) -> AsyncIterator[Piece]:
    try:
        for piece in begun:
            yield piece
        for index, (source, part) in enumerate(zip(made, parts, strict=True)):
            async for piece in source:
                yield replace(piece, choice=index * part.n + piece.choice)
    finally:
        for source in made:
            await source.aclose()
