"""Watching: a script file that is read again when it, or a fixture of it, has changed."""

from __future__ import annotations

import logging
from pathlib import Path

from mock_server.pace import SECOND
from mock_server.scripts.reading import ScriptError, load
from mock_server.scripts.script import Script

EVERY = SECOND // 4
"""Nanoseconds between two looks at the file."""

_log = logging.getLogger(__name__)


class Watched:
    """The script of a file, as it was last read without an error."""

    def __init__(self, path: Path) -> None:
        """Read it; raises ScriptError."""
        self._path = path
        self._script, self._fixtures = load(path)
        self._version = self._look()
        self._looked = 0
        self.wrong = ""
        """Why the file, as it is now, cannot be played; empty where it can."""

    def __call__(self, now: int) -> Script:
        """Return the script at a time, in nanoseconds."""
        if now - self._looked >= EVERY or now < self._looked:
            self._looked = now
            version = self._look()
            if version != self._version:
                fixtures = self._fixtures
                self._read_again()
                # What changes while it is read is seen the next time.
                self._version = version if self._fixtures == fixtures else self._look()
        return self._script

    def _read_again(self) -> None:
        try:
            (self._script, self._fixtures), self.wrong = load(self._path), ""
        except ScriptError as error:
            # A file is often half written when it is looked at; what was there still plays.
            self.wrong = str(error)
            _log.warning("%s: %s; the script before it still plays", self._path.name, error)

    def _look(self) -> list[tuple[int, int] | None]:
        return [_version(path) for path in (self._path, *self._fixtures)]


def _version(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
