"""Accounts as words: in a file of keys, over the control API, in the shared state. Keeps none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException, InvalidOperation
from typing import Any

from mock_server.keys import NANO_USD, AccountError, Caller, Upstream
from mock_server.problem import nearest
from mock_server.quota import Quota, Unit

MOST_USD = 10_000_000
MOST_UNITS = 1_000_000_000_000
NAME_LIMIT = 64
"""Characters of the name of an account."""


def new_caller(document: Mapping[str, Any]) -> Caller:
    """Read an account that somebody asks for. Raises AccountError."""
    if "revoked" in document:
        raise AccountError("there is no word 'revoked' for a new account")
    if document.get("wallet") and document.get("balance") is not None:
        raise AccountError("'balance' is given for an account that spends from another's 'wallet'")
    return caller_of(document)


def caller_of(document: Mapping[str, Any], known: Caller | None = None) -> Caller:
    """Read an account: every word has a default, that of `known` or of an account without limits.

    Raises AccountError for an unknown word or a value that cannot be.
    """
    before = document_of(known) if known is not None else {}
    for word in document:
        if word not in WORDS:
            raise AccountError(
                f"there is no word {word!r:.80} for an account.{nearest(word, WORDS)}"
            )
    asked = {
        word: read(word, value)
        for word, read in WORDS.items()
        if (value := document.get(word, before.get(word))) is not None
    }
    if "account" not in asked:
        raise AccountError("'account' is missing: the name of the account the key opens")
    minute = asked.get("requests_per_minute")
    tokens = asked.get("tokens_per_minute")
    for word, limit in (("requests_burst", minute), ("tokens_burst", tokens)):
        if document.get(word) is not None and limit is None:
            raise AccountError(f"{word!r} is given without the limit it belongs to")
    plain = Caller(asked["account"])
    return Caller(
        account=asked["account"],
        quota=Quota(minute, burst=asked.get("requests_burst", 0)) if minute else plain.quota,
        exhausted=asked.get("exhausted", False),
        balance=asked.get("balance", plain.balance),
        upstream=asked.get("upstream", plain.upstream),
        models=asked.get("models"),
        scopes=asked.get("scopes"),
        tokens=Quota(tokens, burst=asked.get("tokens_burst", 0), unit=Unit.TOKENS)
        if tokens
        else None,
        daily=asked.get("requests_per_day"),
        cap=asked.get("cap"),
        wallet=asked.get("wallet", ""),
        tag=asked.get("tag", ""),
        revoked=asked.get("revoked", False),
    )


def document_of(caller: Caller) -> dict[str, Any]:
    """Return an account in the words that `caller_of` reads; None where there is no limit."""
    tokens = caller.tokens
    return {
        "account": caller.account,
        "requests_per_minute": caller.quota.limit,
        "requests_burst": caller.quota.burst or None,
        "requests_per_day": caller.daily,
        "tokens_per_minute": tokens.limit if tokens else None,
        "tokens_burst": tokens.burst or None if tokens else None,
        "balance": usd(caller.balance),
        "cap": None if caller.cap is None else usd(caller.cap),
        "wallet": caller.wallet or None,
        "models": None if caller.models is None else list(caller.models),
        "scopes": None if caller.scopes is None else list(caller.scopes),
        "tag": caller.tag or None,
        "upstream": str(caller.upstream),
        "exhausted": caller.exhausted or None,
        "revoked": caller.revoked or None,
    }


def usd(nano: int) -> str:
    """Return an amount as USD, exactly: `12.5`, `0.000003840`."""
    sign, (whole, rest) = "-" if nano < 0 else "", divmod(abs(nano), NANO_USD)
    return f"{sign}{whole}.{rest:09d}".rstrip("0").rstrip(".")


def nano_usd(word: str, value: object) -> int:
    """Read an amount of USD: a number or a decimal text of at most nine places, 0 or more."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise InvalidOperation
        amount = Decimal(str(value)) * NANO_USD
        if not amount.is_finite() or amount != amount.to_integral_value():
            raise InvalidOperation
    except DecimalException:
        raise AccountError(
            f"{word!r} must be an amount of USD with at most nine places, such as 12.5 or "
            '"0.000003840"'
        ) from None
    if not 0 <= amount <= MOST_USD * NANO_USD:
        raise AccountError(f"{word!r} must be from 0 to {MOST_USD} USD")
    return int(amount)


def _limit(least: int) -> Callable[[str, object], int]:
    def read(word: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise AccountError(f"{word!r} must be a whole number")
        if not least <= value <= MOST_UNITS:
            raise AccountError(f"{word!r} must be from {least} to {MOST_UNITS}")
        return value

    return read


def _name(word: str, value: object) -> str:
    if (
        not isinstance(value, str)
        or not value
        or len(value) > NAME_LIMIT
        or not value.isprintable()
    ):
        raise AccountError(f"{word!r} must be a text of 1 to {NAME_LIMIT} characters")
    if "/" in value:
        raise AccountError(f"{word!r} must not hold a slash, since it stands in paths")
    return value


def _words(word: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise AccountError(f"{word!r} must be a list of texts")
    return tuple(value)


def _upstream(word: str, value: object) -> Upstream:
    if value not in list(Upstream):
        raise AccountError(f"{word!r} must be one of: {', '.join(Upstream)}")
    return Upstream(str(value))


def _flag(word: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise AccountError(f"{word!r} must be true or false")
    return value


WORDS: Mapping[str, Callable[[str, Any], Any]] = {
    "account": _name,
    "requests_per_minute": _limit(1),
    "requests_burst": _limit(1),
    "requests_per_day": _limit(0),
    "tokens_per_minute": _limit(1),
    "tokens_burst": _limit(1),
    "balance": nano_usd,
    "cap": nano_usd,
    "wallet": _name,
    "models": _words,
    "scopes": _words,
    "tag": _name,
    "upstream": _upstream,
    "exhausted": _flag,
    "revoked": _flag,
}
