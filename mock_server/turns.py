"""Folding messages into turns a two-role template can render. Knows no tokens and no template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from mock_server.completion import Turn
from mock_server.problem import Problem

Role = Literal["user", "assistant"]
BLANK_LINE = "\n\n"


def fold(messages: Sequence[dict[str, Any]]) -> tuple[Turn, ...]:
    """Return the turns of a conversation that its schema has accepted.

    Consecutive turns of one role are merged, and system or developer texts go before the next user
    turn, each after a blank line. Raises Problem (400, `messages`) for a conversation without a
    user turn, or one that begins or ends with the assistant.
    """
    turns: list[tuple[Role, list[str]]] = []
    waiting: list[str] = []
    for message in messages:
        content = message["content"]
        if type(content) is not str:
            content = text(content)
        role = message["role"]
        if role == "user":
            if waiting:
                content = BLANK_LINE.join([*waiting, content])
                waiting = []
            _append(turns, "user", content)
        elif role == "assistant":
            _append(turns, "assistant", content)
        else:
            waiting.append(content)
    if not turns or turns[0][0] != "user":
        if not any(role == "user" for role, _ in turns):
            raise _refused("holds no message with role 'user'", "Add one")
        raise _refused("begins with the assistant", "Put a message with role 'user' first")
    if waiting and turns[-1][0] == "user":
        _append(turns, "user", BLANK_LINE.join(waiting))
    elif waiting:
        raise _refused(
            "ends with instructions that no user turn follows",
            "Put a message with role 'user' last",
        )
    if turns[-1][0] != "user":
        raise _refused("ends with the assistant", "Put a message with role 'user' last")
    return tuple(Turn(role, BLANK_LINE.join(texts)) for role, texts in turns)


def text(content: Any) -> str:
    """Return the text of a message's content: a string, or text parts joined in order."""
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def _append(turns: list[tuple[Role, list[str]]], role: Role, content: str) -> None:
    if turns and turns[-1][0] == role:
        turns[-1][1].append(content)
    else:
        turns.append((role, [content]))


def _refused(what: str, remedy: str) -> Problem:
    return Problem("invalid_value", f"'messages' {what}. {remedy}.", "messages")
