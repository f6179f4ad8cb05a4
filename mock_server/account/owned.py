"""Owned: records of the shared state that belong to an account, each kind bounded in number."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from mock_server.call import Call
from mock_server.message import JSON, Reply
from mock_server.problem import Problem
from mock_server.state import Count, Find, Keep, Listed, Wish
from mock_server.text import dumps

MOST = 1_000
"""Records of a kind an account may have."""

Json = dict[str, Any]


class Shelf:
    """The records of one kind of one account."""

    def __init__(self, kind: str, call: Call) -> None:
        """`kind` is a word; its records are shown under it to nobody but their account."""
        assert call.caller is not None
        self.account = call.caller.account
        self._word = kind
        self._kind = f"account/{kind}/{self.account}"

    def add(self, name: str, record: Json) -> Generator[Wish, Any, None]:
        """Keep a new record; raises Problem (400) where there are too many."""
        if (yield Count(self._kind)) > MOST:
            yield Count(self._kind, by=-1)
            raise Problem(
                "invalid_value",
                f"This mock keeps at most {MOST} of these for an account. Delete some, or start it "
                "anew.",
            )
        yield Keep(self._kind, name, record)

    def roll(self, name: str, record: Json) -> Generator[Wish, Any, str | None]:
        """Keep a new record; where there are too many, forget the oldest and return its name."""
        yield Keep(self._kind, name, record)
        if (yield Count(self._kind)) <= MOST:
            return None
        oldest = next(iter((yield Listed(self._kind))))
        yield from self.drop(oldest)
        return str(oldest)

    def find(self, name: str, param: str) -> Generator[Wish, Any, Json]:
        """Return a record; raises Problem (404) where the account has none of that name."""
        record: Json | None = yield Find(self._kind, name)
        if record is None:
            raise missing(self._word, name, param)
        return record

    def change(self, name: str, record: Json, was: Json) -> Generator[Wish, Any, bool]:
        """Keep a changed record; False, and nothing changed, where somebody was faster."""
        done: bool = yield Keep(self._kind, name, record, was=was)
        return done

    def drop(self, name: str) -> Generator[Wish, Any, None]:
        """Forget a record."""
        yield Keep(self._kind, name, None)
        yield Count(self._kind, by=-1)

    def every(self) -> Generator[Wish, Any, list[Json]]:
        """Return all records, oldest first."""
        records = yield Listed(self._kind)
        return list(records.values())


def missing(word: str, name: str, param: str) -> Problem:
    """Return the refusal of a thing that an account does not have."""
    return Problem(
        "resource_not_found",
        f"There is no {word} '{name[:100]}'. It may be gone, or belong to another account.",
        param,
        status=404,
        type="not_found",
    )


def told(document: Any, status: int = 200) -> Reply:
    """Return a JSON answer."""
    return Reply(status, dumps(document), {"content-type": JSON})


def listing(records: list[Json]) -> Json:
    """Return a list as clients read it."""
    return {"object": "list", "data": records}


def cents(nano_usd: int) -> float:
    """Return an amount in US cents: the nearest double, whose shortest form is exact."""
    return nano_usd / 10_000_000
