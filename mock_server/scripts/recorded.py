"""Recorded: what a fixture file says, as texts. Knows a text, a chat.completion and a stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mock_server.completion import FinishReason
from mock_server.text import NotJsonError, loads


class NotRecorded(ValueError):
    """A file that holds no answer, and why."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer: what each choice says, and why it ended."""

    texts: tuple[str, ...]
    finish: FinishReason | None = None


def recorded(raw: bytes, suffix: str) -> Recorded:
    """Return what a file says; raises NotRecorded."""
    try:
        match suffix:
            case ".json":
                return _whole(loads(raw))
            case ".sse":
                return _streamed(raw.decode("utf-8-sig"))
            case _:
                return Recorded((raw.decode("utf-8-sig").removesuffix("\n"),))
    except UnicodeDecodeError:
        raise NotRecorded("is not UTF-8") from None
    except NotJsonError as error:
        raise NotRecorded(f"is no JSON: {error}") from None
    except (KeyError, TypeError, IndexError, AttributeError):
        raise NotRecorded("is no recorded answer: choices with texts are missing") from None


def _whole(document: Any) -> Recorded:
    choices = document["choices"]
    return _of(
        [(choice["message"]["content"] or "", choice["finish_reason"]) for choice in choices]
    )


def _streamed(text: str) -> Recorded:
    texts: dict[int, list[str]] = {}
    reasons: dict[int, str | None] = {}
    for line in text.splitlines():
        data = line.removeprefix("data:").strip()
        if not line.startswith("data:") or data in ("", "[DONE]"):
            continue
        for choice in loads(data.encode())["choices"]:
            texts.setdefault(choice["index"], []).append(choice["delta"].get("content") or "")
            reasons[choice["index"]] = choice.get("finish_reason") or reasons.get(choice["index"])
    return _of([("".join(texts[index]), reasons[index]) for index in sorted(texts)])


def _of(choices: Iterable[tuple[str, str | None]]) -> Recorded:
    told = list(choices)
    if not told:
        raise NotRecorded("holds no choice")
    finish = FinishReason.LENGTH if told[0][1] == "length" else None
    return Recorded(tuple(text for text, _ in told), finish)
