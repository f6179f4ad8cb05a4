"""Reading: a script file, or a text of one, into a Script; all that is wrong with it at once.

What a script may hold stands in `script.schema.json`; here is what no schema can say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mock_server.pace import Pace, PaceError
from mock_server.scripts.answers import Fixtures, NotAnAnswer, answer
from mock_server.scripts.matching import conditions
from mock_server.scripts.script import Answer, Per, Script, Step
from mock_server.text import dumps
from mock_server.toml_text import TomlError, tables
from mock_server.validation import Shape
from mock_server.wrongs import dotted
from openapi.reading import read as read_yaml
from openapi.requirement import ContractError

SCHEMA = Path(__file__).parent / "script.schema.json"
"""What a script may hold, published."""
LARGEST = 4 * 2**20
"""Bytes of a script."""
SUFFIXES = (".toml", ".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong with a script."""

    where: str
    """Such as `step 2 (cut): reply.status`; empty for the script as a whole."""
    words: str

    def __str__(self) -> str:
        return f"{self.where} {self.words}" if self.where else self.words


class ScriptError(ValueError):
    """A script that cannot be played, and everything that is wrong with it."""

    def __init__(self, complaints: list[Complaint]) -> None:
        super().__init__("; ".join(map(str, complaints[:5])))
        self.complaints = complaints


@cache
def shape() -> Shape:
    """Return the schema of scripts, compiled."""
    return Shape(json.loads(SCHEMA.read_text(encoding="utf-8")))


def read(path: Path) -> Script:
    """Read a script file; raises ScriptError, also for a file that is none."""
    return load(path)[0]


def load(path: Path) -> tuple[Script, tuple[Path, ...]]:
    """Read a script file; return it, and the fixtures that it reads. Raises ScriptError."""
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8") if size <= LARGEST else ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ScriptError([Complaint("", f"{path.name} cannot be read: {reason}")]) from None
    if size > LARGEST:
        raise ScriptError([Complaint("", f"{path.name} is larger than {LARGEST} bytes")])
    fixtures = Fixtures(path.parent)
    return _script(plain(text, path.suffix.lower()), path.stem, fixtures), fixtures.files


def parse(text: str, suffix: str, name: str, folder: Path | None = None) -> Script:
    """Read the text of a script; fixtures are looked for in `folder`, None for no fixtures."""
    return script(plain(text, suffix), name, folder)


def plain(text: str, suffix: str) -> Any:
    """Return the plain data of TOML or YAML; raises ScriptError for a text that is neither."""
    if suffix not in SUFFIXES:
        raise ScriptError(
            [Complaint("", f"a script is TOML or YAML, not {suffix or 'nameless'!r}")]
        )
    try:
        document = tables(text) if suffix == ".toml" else read_yaml(text, "it")
        return json.loads(dumps(document))
    except TomlError as error:
        raise ScriptError([Complaint("", f"the script is not TOML: {error}")]) from None
    except ContractError as error:
        raise ScriptError([Complaint("", f"the script cannot be used: {error}")]) from None
    except TypeError:
        raise ScriptError([Complaint("", "the script holds what JSON has no form for")]) from None


def script(document: Any, name: str, folder: Path | None = None) -> Script:
    """Return the script that plain data describes; raises ScriptError."""
    return _script(document, name, Fixtures(folder))


def _script(document: Any, name: str, fixtures: Fixtures) -> Script:
    wrong = [
        Complaint(_where(path, document), words) for path, words in shape().complaints(document)
    ]
    if wrong:
        raise ScriptError(sorted(wrong, key=lambda each: each.where))
    reader = _Reader(document, fixtures)
    steps = tuple(reader.steps())
    pace = reader.pace(document.get("pace"), ())
    if reader.wrong:
        raise ScriptError(reader.wrong)
    return Script(
        document.get("name", name),
        hashlib.blake2b(dumps(document) + fixtures.digest(), digest_size=8).hexdigest(),
        steps,
        document.get("otherwise") == "refuse",
        pace,
    )


class _Reader:
    """Goes through a document whose schema is right, and gathers what else is wrong."""

    def __init__(self, document: Mapping[str, Any], fixtures: Fixtures) -> None:
        self.wrong: list[Complaint] = []
        self.fixtures = fixtures
        self._document = document

    def steps(self) -> Iterator[Step]:
        """Yield the steps that are right."""
        per = Per(self._document.get("per", Per.SCRIPT))
        for number, told in enumerate(self._document["steps"]):
            path = ("steps", number)
            try:
                found = conditions(told.get("match", {}))
            except ValueError as error:
                self._complain(path, str(error))
                continue
            given = [told.get("reply", {}), *told.get("then", ())]
            places = [(*path, "reply"), *((*path, "then", index) for index in range(len(given)))]
            answers = [
                made
                for one, place in zip(given, places, strict=False)
                if (made := self._answer(one, place, alone=len(given) == 1)) is not None
            ]
            if len(answers) == len(given):
                self._endless(answers, path, told.get("repeat", False))
                yield Step(
                    told.get("name") or f"step {number + 1}",
                    found,
                    tuple(answers),
                    told.get("repeat", False),
                    Per(told.get("per", per)),
                )

    def pace(self, told: Mapping[str, Any] | None, path: tuple[str | int, ...]) -> Pace | None:
        """Return a pace, or None where none is told or it is wrong."""
        if told is None:
            return None
        try:
            return Pace.read(told, self._document.get("seed", 0))
        except PaceError as error:
            member, _, why = str(error).partition(": ")
            self._complain((*path, "pace", member), f"is wrong: {why}")
            return None

    def _answer(
        self, told: Mapping[str, Any], path: tuple[str | int, ...], alone: bool
    ) -> Answer | None:
        pace = self.pace(told.get("pace"), path)
        try:
            return answer(told, self.fixtures, pace, None if alone else 1)
        except NotAnAnswer as error:
            self._complain((*path, *error.path), error.words)
            return None

    def _endless(self, answers: list[Answer], path: tuple[str | int, ...], repeat: bool) -> None:
        endless = [index for index, one in enumerate(answers) if one.times is None]
        if endless and endless[0] < len(answers) - 1:
            self._complain(
                (*path, "then", endless[0]), "is never reached: what comes before it has no end"
            )
        if endless and repeat:
            self._complain((*path, "repeat"), "says nothing: the last reply has no end")

    def _complain(self, path: tuple[str | int, ...], words: str) -> None:
        self.wrong.append(Complaint(_where(path, self._document), words))


def _where(path: tuple[str | int, ...], document: Any) -> str:
    match path:
        case ("steps", int(number), *rest):
            step = document["steps"][number]
            name = step.get("name") if isinstance(step, dict) else None
            label = f"step {number + 1}" + (f" ({name[:40]})" if isinstance(name, str) else "")
            return f"{label}: {dotted(rest, step)}" if rest else f"{label}:"
        case ():
            return "the script"
        case _:
            return dotted(path, document)
