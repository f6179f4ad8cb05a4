"""The replay engine: recorded answers, byte for byte; another engine may answer the rest.

Options: `fixtures` (a folder), `fallback` (name of the engine for what was not recorded; without
one that is 404), `ignore` (paths of a request that do not count), `timed` (as slow as it was).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mock_server import engines
from mock_server.completion import Engine, EngineFailure, Piece, Prompt, Turn
from mock_server.recording.fixture import FixtureError, folder
from mock_server.recording.recorded import Recorded
from mock_server.tokens import Tokens

OPTIONS = frozenset({"fixtures", "fallback", "ignore", "timed"})


def build(tokens: Tokens, options: Mapping[str, Any]) -> Engine:
    """Make the engine; raises EngineError for fixtures that cannot be read, or that are none."""
    if not options.get("fixtures"):
        raise engines.EngineError("the replay engine needs --fixtures and the folder they are in")
    try:
        fixtures = folder(Path(options["fixtures"]))
    except FixtureError as error:
        raise engines.EngineError(str(error)) from None
    if not fixtures:
        raise engines.EngineError(
            f"{Path(options['fixtures']).name} holds no fixture; record some with: "
            "gonogo-mock record --upstream URL --out DIR"
        )
    fallback = options.get("fallback")
    if fallback == "replay":
        raise engines.EngineError("the replay engine cannot fall back on itself")
    recorded = Recorded(
        fixtures,
        ignored=tuple(options.get("ignore") or ()),
        timed=bool(options.get("timed")),
        otherwise=fallback,
    )
    digest = hashlib.sha256("".join(one.digest() for one in fixtures).encode()).hexdigest()[:8]
    behind = engines.build(fallback, tokens) if fallback else Nobody(tokens)
    return Replay(recorded, digest, behind)


class Replay:
    """Knows what the gateway is to look for first, and who answers what is not there."""

    name = "replay"

    def __init__(self, recorded: Recorded, version: str, behind: Engine) -> None:
        self.recorded = recorded
        self.version = version
        self._behind = behind
        if hasattr(behind, "completion"):
            self.completion = behind.completion

    def adapters(self) -> tuple[str, ...]:
        """Those of the engine behind."""
        return self._behind.adapters()

    def count(self, turns: Sequence[Turn]) -> int:
        """Prompt tokens, as the engine behind counts them."""
        return self._behind.count(turns)

    def pieces(self, prompt: Prompt) -> Iterator[Piece] | AsyncIterator[Piece]:
        """What the engine behind makes."""
        return self._behind.pieces(prompt)

    def close(self) -> None:
        """Close the engine behind."""
        self._behind.close()


class Nobody:
    """Counts, and never answers: there is no engine behind."""

    name = "nobody"
    version = "1"

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def adapters(self) -> tuple[str, ...]:
        """None."""
        return ()

    def count(self, turns: Sequence[Turn]) -> int:
        """Prompt tokens of a conversation, template included."""
        return self._tokens.count_prompt((turn.role, turn.text) for turn in turns)

    def pieces(self, prompt: Prompt) -> Iterator[Piece]:
        """Fail: only what was recorded is answered here."""
        raise EngineFailure(f"nothing was recorded for {prompt.model}")

    def close(self) -> None:
        """Nothing is held."""
