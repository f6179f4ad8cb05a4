"""Room: what the answers of a whole run may take together, since they are kept to be judged.

One answer is bounded, but a gateway may answer every request of a run with the largest there is.
"""

from __future__ import annotations

from conformance.arrivals import ROOM as PIECE

ROOM = 64 * 1024 * 1024
"""Bytes that what is large of all answers may take together."""

SMALL = 64 * 1024
"""Bytes of an answer that are not counted: ordinary ones have a tenth of them."""


class Room:
    """What is left of it, also while several answers come at once."""

    def __init__(self, size: int = ROOM) -> None:
        self._left = size

    def grant(self, body: int, pieces: int, more: int) -> bool:
        """Take room for one more piece of `more` bytes; tell whether there was any.

        `body` is how many bytes came of the answer before, in so many `pieces`.
        """
        if body + more + PIECE * pieces <= SMALL:
            return True
        self._left -= more + PIECE
        return self._left >= 0
