"""Recorded: fixtures and how they are to be given again, as plain data. Plays none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mock_server.recording.fixture import Fixture


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a tape plays."""

    fixtures: Sequence[Fixture]
    ignored: Sequence[str] = ()
    """Dotted paths of a request's body that do not count."""
    timed: bool = False
    """Each chunk comes when it came then."""
    otherwise: str | None = None
    """Name of the engine that answers what was not recorded; None for 404."""
