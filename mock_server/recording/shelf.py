"""Shelf: a folder that fixtures go into: without secrets, numbered, whole or not there."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mock_server.recording.fixture import SUFFIX, Chunk, Fixture
from mock_server.recording.proxy import Said
from mock_server.recording.secrets import HEADERS, Secrets, of_request

_NUMBER = re.compile(r"([0-9]{4,})-")
_WORD = re.compile(r"[^a-z0-9]+")


class Shelf:
    """Where a recording goes."""

    def __init__(
        self, folder: Path, secrets: Sequence[str], patterns: Sequence[re.Pattern[bytes]] = ()
    ) -> None:
        """`secrets` are those of every exchange, `patterns` find more; raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._secrets = secrets
        self._patterns = patterns
        self._last = max((_number(path.name) for path in folder.glob(f"*{SUFFIX}")), default=0)

    def keep(self, said: Said) -> Path:
        """Write an exchange and return its file; nothing of a secret is ever written."""
        fixture = self.clean(said)
        self._last += 1
        words = [fixture.asked.method.lower(), *fixture.asked.path.lower().split("/")[2:]]
        word = _WORD.sub("-", "-".join(words)).strip("-")[:60]
        target = self.folder / f"{self._last:04d}-{word}{SUFFIX}"
        part = target.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            file.write(fixture.text())
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        return target

    def clean(self, said: Said) -> Fixture:
        """Return an exchange without its secrets."""
        fixture, asked = said.fixture, said.fixture.asked
        secrets = Secrets([*self._secrets, *of_request(said.headers, asked.query)], self._patterns)
        parts = secrets.split([chunk.data for chunk in fixture.chunks])
        return replace(
            fixture,
            asked=replace(
                asked,
                path=secrets.text(asked.path),
                query=secrets.query(asked.query),
                headers={name: secrets.text(value) for name, value in asked.headers.items()},
                body=secrets.hidden(asked.body),
            ),
            headers=[
                (name, secrets.text(value))
                for name, value in fixture.headers
                if name.lower() not in HEADERS
            ],
            chunks=[
                Chunk(chunk.at, data) for chunk, data in zip(fixture.chunks, parts, strict=True)
            ],
        )


def _number(name: str) -> int:
    found = _NUMBER.match(name)
    return int(found[1]) if found else 0
