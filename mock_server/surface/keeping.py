"""Keeping: what clients made of a collection, in the shared state. Answers no request."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from mock_server.problem import Problem
from mock_server.state import Count, Find, Keep, Listed, Wish

MOST = 10_000
"""Things kept, over all collections."""
_ALL = "surface/things"

Json = dict[str, Any]


class Shelf:
    """The things of one collection of one account."""

    def __init__(self, account: str, path: str) -> None:
        """`path` is the collection's own, with what its parameters were given."""
        self._kind = f"surface/{account}{path}"

    def written(self) -> Generator[Wish, Any, bool]:
        """Tell whether anybody wrote to it, ever."""
        times = yield Count(self._kind, by=0)
        return bool(times)

    def number(self) -> Generator[Wish, Any, int]:
        """Count a write, and return how many there have been.

        Raises Problem (507) where there are too many things already.
        """
        if (yield Count(_ALL, by=0)) >= MOST:
            raise Problem(
                None,
                f"This mock keeps at most {MOST} things. Delete some of them, or start it anew.",
                status=507,
                type="server_error",
            )
        times: int = yield Count(self._kind)
        return times

    def find(self, name: str) -> Generator[Wish, Any, Json | None]:
        """Return a thing, or None."""
        record = yield Find(self._kind, name)
        return None if record is None else record["thing"]

    def every(self) -> Generator[Wish, Any, list[Json]]:
        """Return all things, oldest first."""
        records = yield Listed(self._kind)
        return [record["thing"] for record in records.values()]

    def keep(self, name: str, thing: Json) -> Generator[Wish, Any, bool]:
        """Keep a thing under a name; tell whether it is new."""
        new: bool = yield Keep(self._kind, name, {"thing": thing}, was=None)
        if new:
            yield Count(_ALL)
        else:
            yield Keep(self._kind, name, {"thing": thing})
        return new

    def drop(self, name: str) -> Generator[Wish, Any, bool]:
        """Forget a thing; False if there was none."""
        record = yield Find(self._kind, name)
        if record is None or not (yield Keep(self._kind, name, None, was=record)):
            return False
        yield Count(_ALL, by=-1)
        return True
