"""Facts: what a script can see of a request, read without trust. Knows no condition."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Facts:
    """A request, which may be malformed."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]
    """Names in lower case."""
    operation: str
    """Its operationId; empty where the path is nobody's."""
    account: str | None
    key: str | None
    separator: str = ":"
    """Between a model and its adapter."""

    @property
    def model(self) -> str | None:
        """The model as the client wrote it."""
        return _text(self.body.get("model"))

    @property
    def adapter(self) -> str | None:
        """The adapter that `model` or `lora` names."""
        named = (self.model or "").partition(self.separator)[2]
        return named or _text(self.body.get("lora"))

    @property
    def stream(self) -> bool:
        """Whether a stream is asked for."""
        return self.body.get("stream") is True

    @property
    def turns(self) -> int:
        """How many messages are the user's."""
        return sum(role == "user" for role, _ in self.messages)

    @property
    def last(self) -> str | None:
        """The text of the last user message."""
        return next((text for role, text in reversed(self.messages) if role == "user"), None)

    @property
    def system(self) -> str | None:
        """The system and developer texts."""
        texts = [text for role, text in self.messages if role in ("system", "developer")]
        return "\n\n".join(texts) if texts else None

    @functools.cached_property
    def messages(self) -> tuple[tuple[str, str], ...]:
        """Role and text of each message that has both."""
        given = self.body.get("messages")
        found = (
            [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
        )
        return tuple((str(each.get("role")), _joined(each.get("content"))) for each in found)

    def member(self, path: str) -> object:
        """Return a member of the body by its dotted path; None where there is none."""
        node: object = self.body
        for name in path.split("."):
            node = node.get(name) if isinstance(node, dict) else None
        return node


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _joined(content: object) -> str:
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
