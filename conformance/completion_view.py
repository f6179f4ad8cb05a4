"""A whole (not streamed) chat answer as found. Knows nothing of what it should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.json_view import ABSENT, dig, integer, mapping, sequence, whole
from conformance.oddity import Oddity, Strange

_MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """One choice of it; raw values are ABSENT where their key is not there."""

    position: int
    """Its place in the list."""
    index: int
    """Its index, or its place where it gives none."""
    role: Any
    content: Any
    text: str
    """The content when it is a string; always encodable."""
    finish: Any
    refusal: Any
    logprobs: tuple[Any, ...]
    """Entries of `logprobs.content`."""
    tool_calls: tuple[Any, ...]
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer; raw values are ABSENT where their key is not there."""

    id: Any = ABSENT
    object: Any = ABSENT
    created: Any = ABSENT
    model: Any = ABSENT
    fingerprint: Any = ABSENT
    usage: Any = ABSENT
    choices: tuple[Answer, ...] = ()
    oddities: tuple[Oddity, ...] = ()

    def choice(self, index: int = 0) -> Answer | None:
        """The choice of that index."""
        return next((choice for choice in self.choices if choice.index == index), None)

    def odd(self, *kinds: Strange) -> tuple[Oddity, ...]:
        """Oddities of these kinds, in order."""
        return tuple(oddity for oddity in self.oddities if oddity.kind in kinds)


def of_document(value: object) -> Completion:
    """Read an answer out of any JSON value."""
    if not isinstance(value, dict):
        odd = Oddity(Strange.WRONG_TYPE, None, "", value)
        return Completion(oddities=(odd,))
    choices = value.get("choices", ABSENT)
    oddities = list(_odd(choices))[:_MOST_KEPT]
    answers = [
        _answer(position, choice)
        for position, choice in enumerate(sequence(choices))
        if isinstance(choice, dict)
    ]
    return Completion(
        id=value.get("id", ABSENT),
        object=value.get("object", ABSENT),
        created=value.get("created", ABSENT),
        model=value.get("model", ABSENT),
        fingerprint=value.get("system_fingerprint", ABSENT),
        usage=value.get("usage", ABSENT),
        choices=tuple(sorted(answers, key=lambda answer: answer.index)),
        oddities=tuple(oddities),
    )


def _answer(position: int, choice: dict[str, Any]) -> Answer:
    message = mapping(choice.get("message"))
    content = message.get("content", ABSENT)
    index = integer(choice.get("index"))
    return Answer(
        position=position,
        index=position if index is None else index,
        role=message.get("role", ABSENT),
        content=content,
        text=whole([content]) if isinstance(content, str) else "",
        finish=choice.get("finish_reason", ABSENT),
        refusal=message.get("refusal", ABSENT),
        logprobs=tuple(sequence(dig(choice, "logprobs", "content"))),
        tool_calls=tuple(sequence(message.get("tool_calls"))),
        raw=choice,
    )


def _odd(choices: object) -> Iterator[Oddity]:
    if not isinstance(choices, list):
        yield _of(choices, "/choices")
        return
    if not choices:
        yield Oddity(Strange.EMPTY_CHOICES, None, "/choices", choices)
    for position, choice in enumerate(choices):
        pointer = f"/choices/{position}"
        if not isinstance(choice, dict):
            yield _of(choice, pointer)
            continue
        if integer(choice.get("index")) is None:
            yield _of(choice.get("index", ABSENT), f"{pointer}/index")
        if "delta" in choice:
            yield Oddity(Strange.DELTA_IN_ANSWER, None, f"{pointer}/delta", choice["delta"])
        message = choice.get("message", ABSENT)
        if not isinstance(message, dict):
            yield _of(message, f"{pointer}/message")
            continue
        for name in ("role", "content"):
            value = message.get(name, ABSENT)
            if not isinstance(value, str) and not (name == "content" and value is None):
                yield _of(value, f"{pointer}/message/{name}")
        finish = choice.get("finish_reason", ABSENT)
        if not isinstance(finish, str) or not finish:
            yield _of(finish, f"{pointer}/finish_reason")


def _of(value: object, pointer: str) -> Oddity:
    strange = Strange.MISSING if value is ABSENT else Strange.WRONG_TYPE
    return Oddity(strange, None, pointer, value)
