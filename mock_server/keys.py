"""Keys: who a key says is asking, and what their account may do. Knows no HTTP status."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from mock_server.message import Incoming
from mock_server.quota import Quota, Unit

DEFAULT_KEY = "sk-aig-mock"
NANO_USD = 1_000_000_000
"""In one USD."""
KEY_LEAST = 8
KEY_LIMIT = 200
"""Characters of a key, at least and at most; the command line takes any."""
GUESSED = 4
"""Characters below which hiding a key would hide ordinary text, and nothing that is not guessed."""
BYOK = "x-byok-"
"""How the name of a header begins that brings the caller's own key of a provider."""


class AccountError(ValueError):
    """An account that cannot be: one clause, with the word it is about."""


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
    scopes: tuple[str, ...] | None = None
    """What the key may do, by the first word of a path (`chat`, `models`, `sub-accounts:read`);
    None for everything."""
    tokens: Quota | None = None
    """Tokens a minute; None for no such limit."""
    daily: int | None = None
    """Requests in a day, UTC; None for no such limit."""
    cap: int | None = None
    """Nano-USD the account may spend in all; None for what the wallet holds."""
    wallet: str = ""
    """Account whose wallet pays; empty for its own."""
    tag: str = ""
    """What its costs are attributed to, unless a request says otherwise."""
    revoked: bool = False
    """The key no longer opens the account."""

    @property
    def payer(self) -> str:
        """Account whose wallet pays."""
        return self.wallet or self.account

    @property
    def plain(self) -> bool:
        """Nothing about it is special: it has no limit but its quota, and pays for itself."""
        limits = (self.models, self.scopes, self.tokens, self.daily, self.cap)
        return (
            all(limit is None for limit in limits)
            and not (self.exhausted or self.revoked or self.wallet)
            and self.upstream is Upstream.WELL
        )

    def may(self, word: str, *, reading: bool) -> bool:
        """Tell whether the key may do what a path's first word says."""
        if self.scopes is None or word in self.scopes:
            return True
        return reading and f"{word}:read" in self.scopes


class Keys:
    """The keys a mock was started with; those made or changed since are in the shared state."""

    def __init__(self, callers: Iterable[tuple[str, Caller]], *, shared: bool = False) -> None:
        """`shared`: other processes make and change keys too."""
        self._callers = {digest(key): caller for key, caller in callers}
        self.changed = shared
        """Somebody may have made, changed or revoked a key: ask the shared state as well."""

    def caller(self, key: str) -> Caller | None:
        """Return whom a key belongs to, or None; takes equally long for every wrong key."""
        return self._callers.get(digest(key))

    def __iter__(self) -> Iterator[tuple[str, Caller]]:
        """Yield the digest of each key and whom it belongs to."""
        return iter(self._callers.items())


def funded(caller: Caller, others: Iterable[Caller]) -> Caller:
    """Return a caller whose opening balance is that of the wallet it spends from.

    Raises AccountError for a wallet that none of the others has.
    """
    if not caller.wallet or caller.wallet == caller.account:
        return replace(caller, wallet="")
    for other in others:
        if other.account == caller.wallet and not other.wallet:
            return replace(caller, balance=other.balance)
    raise AccountError(f"'wallet' names {caller.wallet!r}, which is no account with its own wallet")


def legal(key: object) -> bool:
    """Tell whether somebody may have this as a key: visible ASCII that fits a header."""
    return (
        isinstance(key, str)
        and KEY_LEAST <= len(key) <= KEY_LIMIT
        and key.isascii()
        and key.isprintable()
        and " " not in key
    )


@functools.lru_cache(maxsize=4096)
def digest(key: str) -> str:
    """Return what stands for a key wherever keys are kept: from it, no key can be told."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def built_in() -> list[tuple[str, Caller]]:
    """Return the keys every mock has, one for each state of an account."""
    return [
        (DEFAULT_KEY, Caller("mock")),
        (f"{DEFAULT_KEY}-no-credit", Caller("no-credit", balance=0)),
        (f"{DEFAULT_KEY}-over-limit", Caller("over-limit", Quota(60), exhausted=True)),
        (f"{DEFAULT_KEY}-small", Caller("small", Quota(5))),
        # As small, and full again so soon that a test may wait for it.
        (f"{DEFAULT_KEY}-quick", Caller("quick", Quota(15, burst=5))),
        (
            f"{DEFAULT_KEY}-few-tokens",
            Caller("few-tokens", tokens=Quota(1_000, unit=Unit.TOKENS)),
        ),
        (f"{DEFAULT_KEY}-daily", Caller("daily", daily=3)),
        (f"{DEFAULT_KEY}-capped", Caller("capped", cap=0)),
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
    """Return a text that may be sent back: without the keys the request came with.

    What is shorter than a key may be is hidden where it stands alone, not within other words.
    """
    sent = incoming.headers.get("authorization")
    if sent and (key := credentials(sent)):
        text = _without(text, key)
    for name in incoming.headers:
        if name.startswith(BYOK) and (key := incoming.headers[name]):
            text = _without(text, key)
    return text


def _without(text: str, key: str) -> str:
    if len(key) >= KEY_LEAST or key not in text:
        return text.replace(key, "[key]")
    if len(key) < GUESSED:
        return text
    return re.sub(rf"(?<![\w-]){re.escape(key)}(?![\w-])", "[key]", text)


@functools.lru_cache(1024)
def credentials(authorization: str) -> str | None:
    """Return the key of an `Authorization: Bearer ...` value; None for any other scheme."""
    scheme, _, rest = authorization.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else None
