"""Place: where a shared state is, by its address. Knows no connection."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from mock_server.settings import SettingsError

KEPT, SHARED, OWN = "kept", "shared", "own"
REMEMBERED = 7 * 24 * 3600
"""Seconds after its last use at which a state that nobody named is forgotten."""
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Place:
    """A state in a Redis."""

    url: str
    """As the library takes it."""
    name: str
    born: str
    """What the state is born as, where somebody has looked; else empty."""
    fate: str
    """KEPT where somebody gave it a name, to find it again; SHARED by workers, or OWN."""

    @classmethod
    def of(cls, address: str) -> Place:
        """Read an address; one without a name gets one that nobody has. Raises SettingsError."""
        where, _, query = address.partition("?")
        said = dict(parse_qsl(query))
        name = said.pop("name", None)
        born, fate = said.pop("born", ""), said.pop("fate", OWN if name is None else KEPT)
        if name is None:
            name = f"run-{os.urandom(8).hex()}"
        if not NAME.fullmatch(name):
            raise SettingsError("--state: the name of the state must be 1 to 64 letters and digits")
        return cls(_asking(where, said), name, born, fate)

    def shared(self, born: str, workers: int) -> Place:
        """Return the place as so many workers are told of it."""
        fate = SHARED if workers > 1 and self.fate == OWN else self.fate
        return replace(self, born=born, fate=fate)

    @property
    def address(self) -> str:
        """The address that leads here again."""
        where, _, query = self.url.partition("?")
        told = {"name": self.name, "born": self.born, "fate": self.fate}
        return _asking(where, {**dict(parse_qsl(query)), **told})

    @property
    def lasts(self) -> int | None:
        """Seconds after its last use at which it is forgotten; None for never."""
        return None if self.fate == KEPT else REMEMBERED

    def key(self, name: str) -> str:
        """Return the name of a key; braces keep the keys of a state in one slot of a cluster."""
        return f"gonogo:{{{self.name}}}:{name}"


def _asking(where: str, query: Mapping[str, str]) -> str:
    return f"{where}?{urlencode(query)}" if query else where
