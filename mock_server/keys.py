"""Caller: who a key says is asking, and in what state their account is. Knows no HTTP status."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mock_server.message import Incoming
from mock_server.quota import Quota

DEFAULT_KEY = "sk-aig-mock"
NANO_USD = 1_000_000_000
"""In one USD."""


class Upstream(StrEnum):
    """What the provider behind the gateway is doing for this account."""

    WELL = "well"
    DOWN = "down"
    SATURATED = "saturated"


PLENTY = Quota(1_000_000_000)


@dataclass(frozen=True, slots=True)
class Caller:
    """An account, as a key opens it."""

    account: str
    """Name of the account; never the key."""
    quota: Quota = PLENTY
    """Requests a minute."""
    exhausted: bool = False
    """The quota is always used up, whatever was spent."""
    balance: int = 1_000_000 * NANO_USD
    """Nano-USD in its wallet when the mock starts."""
    upstream: Upstream = Upstream.WELL
    models: tuple[str, ...] | None = None
    """Model selectors the key may use; None for all of them."""


class Keys:
    """The keys a mock knows."""

    def __init__(self, callers: Iterable[tuple[str, Caller]]) -> None:
        self._callers = tuple((key.encode(), caller) for key, caller in callers)

    def caller(self, key: str) -> Caller | None:
        """Return whom a key belongs to, or None; takes equally long for every wrong key."""
        given = key.encode("utf-8", "surrogateescape")
        found = None
        for known, caller in self._callers:
            if hmac.compare_digest(known, given):
                found = caller
        return found


def built_in() -> list[tuple[str, Caller]]:
    """Return the keys every mock has, one for each state of an account."""
    return [
        (DEFAULT_KEY, Caller("mock")),
        (f"{DEFAULT_KEY}-no-credit", Caller("no-credit", balance=0)),
        (f"{DEFAULT_KEY}-over-limit", Caller("over-limit", Quota(60), exhausted=True)),
        (f"{DEFAULT_KEY}-small", Caller("small", Quota(5))),
        (f"{DEFAULT_KEY}-upstream-down", Caller("upstream-down", upstream=Upstream.DOWN)),
        (f"{DEFAULT_KEY}-saturated", Caller("saturated", upstream=Upstream.SATURATED)),
    ]


def added(words: Iterable[str]) -> list[tuple[str, Caller]]:
    """Read `--key` values: `KEY`, or `KEY=SELECTOR,SELECTOR` for one that may use only those."""
    keys = []
    for number, word in enumerate(words, 1):
        key, scoped, selectors = word.partition("=")
        models = tuple(name for name in selectors.split(",") if name) if scoped else None
        keys.append((key, Caller(f"key-{number}", models=models)))
    return keys


def shown(text: str, incoming: Incoming) -> str:
    """Return a text that may be sent back: without the key the request came with."""
    sent = incoming.header("authorization")
    key = credentials(sent) if sent else None
    return text.replace(key, "[key]") if key else text


def credentials(authorization: str) -> str | None:
    """Return the key of an `Authorization: Bearer ...` value; None for any other scheme."""
    scheme, _, rest = authorization.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else None
