"""Registry: keys that are made, changed and revoked while the mock runs, as flows of wishes.

Knows no backend and no page. What was made or changed is a record of the kind `key` under the
digest of the key, and takes the place of what the mock was started with; every process sees it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from mock_server.accounts import caller_of, document_of
from mock_server.keys import AccountError, Caller, Keys, digest, funded
from mock_server.state import Find, Keep, Listed, Wish
from mock_server.state.records import packed
from mock_server.text import loads

KIND = "key"
MOST = 10_000
"""Keys made or changed while a mock runs."""


def caller(keys: Keys, key: str) -> Generator[Wish, Any, Caller | None]:
    """Return whom a key belongs to now, or None."""
    record = yield Find(KIND, digest(key))
    if record is None:
        return keys.caller(key)
    found = _caller(packed(record))
    return None if found.revoked else found


def everyone(keys: Keys) -> Generator[Wish, Any, dict[str, Caller]]:
    """Return all keys there are now, revoked ones left out: digest → whom it belongs to."""
    found = dict(keys)
    if keys.changed:
        records = yield Listed(KIND)
        found |= {name: _caller(packed(record)) for name, record in records.items()}
    return {name: one for name, one in found.items() if not one.revoked}


def issue(keys: Keys, key: str, caller: Caller) -> Generator[Wish, Any, str]:
    """Let a new key open an account; return its digest, which is its id. Raises AccountError.

    A caller with a `wallet` spends from that account's: how a sub-account is made.
    """
    name = digest(key)
    known = yield from everyone(keys)
    if name in known:
        raise AccountError("this key exists already; revoke it first, or make another")
    if len(known) >= MOST:
        raise AccountError(f"there are {MOST} keys already; revoke some")
    yield from _keep(keys, name, funded(caller, known.values()))
    return name


def revoke(keys: Keys, name: str) -> Generator[Wish, Any, bool]:
    """Let a key, by its digest, open nothing any more; False if there is none."""
    known = yield from everyone(keys)
    if name not in known:
        return False
    yield from _keep(keys, name, replace(known[name], revoked=True))
    return True


def change(
    keys: Keys, account: str, changed: Callable[[Caller], Caller]
) -> Generator[Wish, Any, list[Caller]]:
    """Change what every key of an account may do; return how they are now, none for a stranger."""
    known = yield from everyone(keys)
    after = {name: changed(one) for name, one in known.items() if one.account == account}
    for name, one in after.items():
        yield from _keep(keys, name, one)
    return list(after.values())


def _keep(keys: Keys, name: str, caller: Caller) -> Generator[Wish, Any, None]:
    yield Keep(KIND, name, document_of(caller))
    # Only now: who asks for a key must not look for a record that is not there yet.
    keys.changed = True


@functools.lru_cache(maxsize=4096)
def _caller(record: bytes) -> Caller:
    return caller_of(loads(record))
