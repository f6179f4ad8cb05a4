"""Pack: scenarios of one lesson, read from a file. Runs nothing and judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mock_server.grading.rule import rules
from mock_server.problem import nearest
from mock_server.scripts.reading import ScriptError, script
from mock_server.toml_text import TomlError, tables

SHIPPED = Path(__file__).parent / "packs"
SECONDS = 30.0
"""How long a command may take in a scenario that does not say."""
ELSEWHERE = "{elsewhere}"
"""In a script: the address of another host."""
MEMBERS = frozenset({"name", "teaches", "judges", "says", "seconds", "interrupt", "script"})


class PackError(ValueError):
    """A pack that cannot be used, and why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a client meets, and what is asked about it."""

    name: str
    """Such as `streams/ends-early`."""
    teaches: str
    judges: tuple[str, ...]
    """Rules, besides those that are always judged."""
    script: Mapping[str, Any]
    says: str = ""
    """The text of its whole answer."""
    seconds: float = SECONDS
    interrupt: int = 0
    """Events of a stream after which the command is told to stop; 0 for never."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Scenarios that teach one thing."""

    name: str
    teaches: str
    scenarios: tuple[Scenario, ...]


def names() -> tuple[str, ...]:
    """Return the packs that are shipped."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def load(name: str) -> Pack:
    """Return a pack by its name, or from a file; raises PackError."""
    path = SHIPPED / f"{name}.toml"
    if name not in names():
        path = Path(name)
        if path.suffix != ".toml":
            raise PackError(
                f"there is no pack {name!r}.{nearest(name, names())} There are: "
                f"{', '.join(names())}; or give the path of a .toml file"
            )
    try:
        document = tables(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PackError(f"{path.name} cannot be read: {error.strerror}") from None
    except (TomlError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name} is not TOML: {error}") from None
    told = document.get("scenarios")
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told) or not told:
        raise PackError(f"{path.name} holds no [[scenarios]]")
    scenarios = tuple(_scenario(one, path.stem) for one in told)
    return Pack(path.stem, str(document.get("teaches", "")), scenarios)


def _scenario(told: Mapping[str, Any], pack: str) -> Scenario:
    name = f"{pack}/{told.get('name', '?')}"
    unknown = sorted(set(told) - MEMBERS)
    if unknown:
        raise PackError(f"{name}: has no member {unknown[0]!r}.{nearest(unknown[0], MEMBERS)}")
    for member, kind in (("name", str), ("teaches", str), ("judges", list), ("script", dict)):
        if not isinstance(told.get(member), kind):
            raise PackError(f"{name}: {member!r} is missing, or not a {kind.__name__}")
    for identity in told["judges"]:
        if identity not in rules():
            raise PackError(f"{name}: there is no rule {identity!r}.{nearest(identity, rules())}")
    try:
        script(told["script"], "pack")
    except ScriptError as error:
        raise PackError(f"{name}: its script cannot be played: {error}") from None
    return Scenario(
        name,
        told["teaches"],
        tuple(told["judges"]),
        told["script"],
        str(told.get("says", "")),
        float(told.get("seconds", SECONDS)),
        int(told.get("interrupt", 0)),
    )
