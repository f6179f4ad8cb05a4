"""Answers: one `reply` table of a script into an Answer. Reads fixtures; knows no request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mock_server.completion import FinishReason
from mock_server.faults import fault
from mock_server.message import JSON
from mock_server.pace import Pace, PaceError, duration
from mock_server.problem import taxonomy
from mock_server.scripts.recorded import NotRecorded, Recorded, recorded
from mock_server.scripts.script import (
    Answer,
    BreakOff,
    Cut,
    Edits,
    How,
    Insert,
    Named,
    Place,
    Refusal,
    Stall,
    Whole,
)
from mock_server.settings import SettingsError
from mock_server.text import dumps
from mock_server.variants import variant

RETRYABLE = (429, 503)
"""Statuses for which the contract promises a time to come back."""
OF_A_REFUSAL = ("code", "type", "message", "param")
KINDS = ("text", "fixture", "status", "body")


class NotAnAnswer(ValueError):
    """A reply that says nothing sensible."""

    def __init__(self, words: str, *path: str | int) -> None:
        super().__init__(words)
        self.words = words
        self.path = path


class Fixtures:
    """The files beside a script."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder.resolve() if folder is not None else None
        self._read: dict[str, bytes] = {}

    def read(self, name: str) -> Recorded:
        """Return what a fixture says; raises NotAnAnswer."""
        if self._folder is None:
            raise NotAnAnswer("needs a script file; it is looked for beside it", "fixture")
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder):
            raise NotAnAnswer("lies outside the folder of the script", "fixture")
        try:
            self._read[name] = path.read_bytes()
            return recorded(self._read[name], path.suffix.lower())
        except OSError as error:
            raise NotAnAnswer(f"cannot be read: {error.strerror}", "fixture") from None
        except NotRecorded as error:
            raise NotAnAnswer(str(error), "fixture") from None

    @property
    def files(self) -> tuple[Path, ...]:
        """What was read."""
        folder = self._folder or Path()
        return tuple(folder / name for name in self._read)

    def digest(self) -> bytes:
        """Name what was read."""
        state = hashlib.blake2b(digest_size=8)
        for name in sorted(self._read):
            state.update(hashlib.blake2b(self._read[name]).digest())
        return state.digest()


def answer(
    told: Mapping[str, Any], fixtures: Fixtures, pace: Pace | None, times: int | None
) -> Answer:
    """Return the answer that a `reply` table describes; its schema has accepted it.

    `times` is how often it is given where the table does not say. Raises NotAnAnswer.
    """
    kinds = [kind for kind in KINDS if kind in told]
    if len(kinds) > 1 and kinds != ["status", "body"]:
        raise NotAnAnswer(f"is both {kinds[0]} and {kinds[1]}; choose one")
    for name in (*OF_A_REFUSAL, "retry_after"):
        if name in told and ("status" not in told or "body" in told):
            raise NotAnAnswer("belongs to a status, and to no body of its own", name)
    if "content_type" in told and "body" not in told:
        raise NotAnAnswer("belongs to a body", "content_type")
    if "finish" in told and "text" not in told:
        raise NotAnAnswer("belongs to a text", "finish")
    texts, finish = _texts(told, fixtures)
    faults = _names(told, "fault", fault)
    variants = _names(told, "variant", variant)
    given = told.get("times", times)
    return Answer(
        times=None if given == "forever" else given,
        texts=texts,
        finish=finish,
        refusal=_refusal(told) if kinds == ["status"] else None,
        whole=_whole(told) if "body" in told else None,
        headers={name.lower(): _header(value) for name, value in told.get("headers", {}).items()},
        faults=faults,
        variants=variants,
        pace=pace,
        edits=_edits(told),
    )


def _texts(
    told: Mapping[str, Any], fixtures: Fixtures
) -> tuple[tuple[str, ...], FinishReason | None]:
    if "fixture" in told:
        found = fixtures.read(told["fixture"])
        return found.texts, found.finish
    text = told.get("text", ())
    finish = FinishReason(told["finish"]) if "finish" in told else None
    return ((text,) if isinstance(text, str) else tuple(text)), finish


def _refusal(told: Mapping[str, Any]) -> Refusal:
    status = told["status"]
    if status < 300:
        raise NotAnAnswer("is no refusal; say what comes with it as `body`", "status")
    after = told.get("retry_after", status in RETRYABLE)
    # A default of one second, as the contract has it; a number or a text is taken as it is.
    header = {True: "1", False: None}[after] if isinstance(after, bool) else str(after)
    parts = {name: told[name] for name in OF_A_REFUSAL if told.get(name) is not None}
    if "code" not in told:
        codes = [code for code, (listed, _) in taxonomy().items() if listed == status]
        parts |= {"code": codes[0]} if codes else {}
    return Refusal(status, retry_after=header, **parts)


def _whole(told: Mapping[str, Any]) -> Whole:
    body = told["body"]
    raw = body.encode() if isinstance(body, str) else dumps(body)
    return Whole(told.get("status", 200), raw, told.get("content_type", JSON))


def _header(value: str | bool) -> str | None:
    if value is True:
        raise NotAnAnswer(
            "sets no header to true; write its text, or false to remove it", "headers"
        )
    return value or None


def _names(told: Mapping[str, Any], name: str, register: Any) -> tuple[str, ...]:
    given = told.get(name, ())
    names = (given,) if isinstance(given, str) else tuple(given)
    try:
        register.named(names)
    except SettingsError as error:
        raise NotAnAnswer(f"is wrong: {error}", name) from None
    return names


def _edits(told: Mapping[str, Any]) -> Edits:
    cut = told.get("cut")
    stalls = told.get("stall", ())
    breaks = told.get("error")
    insert = told.get("insert")
    return Edits(
        cut=Cut(_place(cut), How(cut.get("how", How.CLOSE))) if cut is not None else None,
        stalls=tuple(map(_stall, [stalls] if isinstance(stalls, dict) else stalls)),
        breaks=_break(breaks) if breaks is not None else None,
        duplicates=_named(told.get("duplicate", ())),
        drops=_named(told.get("drop", ())),
        halves=_named(told.get("halve", ())),
        insert=_insert(insert) if insert is not None else None,
    )


def _place(told: Mapping[str, Any]) -> Place:
    if told.get("event") == 0 and "byte" in told:
        raise NotAnAnswer("is impossible: there are no bytes before the first event", "byte")
    return Place(told.get("event"), told.get("byte"))


def _stall(told: Mapping[str, Any]) -> Stall:
    try:
        return Stall(_place(told), duration(told["for"]))
    except PaceError as error:
        raise NotAnAnswer(str(error), "stall", "for") from None


def _break(told: Mapping[str, Any]) -> BreakOff:
    code = told.get("code", "upstream_error")
    known = taxonomy().get(str(code))
    problem = {
        "message": told.get("message", "The engine failed after it had begun. Try again."),
        "type": told.get("type", known[1] if known else "server_error"),
        "param": None,
        "code": code,
    }
    return BreakOff(told["event"], problem)


def _insert(told: Mapping[str, Any]) -> Insert:
    if "raw" in told:
        return Insert(told["event"], told["raw"].encode())
    lines = "".join(f"data: {line}\n" for line in told["data"].split("\n"))
    return Insert(told["event"], f"{lines}\n".encode())


def _named(told: Any) -> Named:
    return frozenset(told if isinstance(told, list | tuple) else (told,))
