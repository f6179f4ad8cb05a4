"""Stage: whether there may be a script for a call. Everything else of scripts waits until there is.

A mock that plays none must start and answer as if nobody had thought of them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_server.call import Call

if TYPE_CHECKING:
    from mock_server.gateway import Gateway
    from mock_server.prose.phrasebook import Tokenizer
    from mock_server.scripts.director import Director
    from mock_server.scripts.script import Script
    from mock_server.state import Wish, Wishes

HEADER = "x-gonogo-script"
"""Of a request: the name of a script to play for it, or one reply as JSON."""
KIND = "script"
"""Of the records of scripts that were set while the mock runs."""
MAIN = "main"
"""The script that is played for requests that name none."""
NEXT = "next"
"""A script that is asked before the main one; for what is to happen once, in between."""


class Stage:
    """The scripts of one gateway."""

    def __init__(
        self,
        tokens: Callable[[], Tokenizer],
        *,
        folder: Path | None = None,
        shared: bool = False,
    ) -> None:
        """`tokens` loads a tokenizer. Fixtures are looked for in `folder`.

        `shared`: other processes set scripts too.
        """
        self.changed = shared
        """Somebody may have set a script, or begun one anew: ask the shared state as well."""
        self.current: Callable[[int], Script | None] = _none
        """Tells the script that plays where none was set, at a time."""
        self.folder = folder
        self.reaches = True
        """The server lets a script reach below HTTP."""
        self._follows = False
        self._tokens = tokens

    def follow(self, current: Callable[[int], Script]) -> None:
        """Play what `current` tells at a time, in nanoseconds."""
        self.current, self._follows = current, True

    def plays(self, call: Call) -> bool:
        """Tell whether there may be a script for a call."""
        return self.changed or self._follows or HEADER in call.incoming.headers

    def begin(self, gateway: Gateway, call: Call) -> Generator[Wish, Any, Gateway]:
        """Decide before admission, where some answer changes it; return the gateway that admits."""
        return self._director.begin(gateway, call)

    def play(self, gateway: Gateway, call: Call) -> Wishes:
        """Decide for a request that could be answered, and answer it where the script says how."""
        return self._director.play(gateway, call)

    @functools.cached_property
    def _director(self) -> Director:
        from mock_server.scripts.director import Director

        return Director(self, self._tokens)


def _none(now: int) -> None:
    del now
