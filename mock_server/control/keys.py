"""Keys: made, listed and revoked while the mock runs. Tells a key's text once, when it is made."""

from __future__ import annotations

from typing import Any

from mock_server import registry
from mock_server.accounts import document_of, new_caller
from mock_server.control.page import Asked, Refused, page
from mock_server.keys import KEY_LIMIT, AccountError, Caller, legal


@page("GET", "keys")
async def listed(asked: Asked) -> object:
    """Answer with every key's id, and the account it opens."""
    callers = await asked.grant(registry.everyone(asked.edge.gateway.keys))
    return {"keys": [_view(name, caller) for name, caller in callers.items()]}


@page("POST", "keys")
async def make(asked: Asked) -> object:
    """Make a key from the words of an account; `key` is its text, or one is made up.

    An account that is named again has one wallet and one set of quotas, whichever key is used.
    """
    document = asked.document()
    key = document.pop("key", None)
    if key is None:
        key = asked.edge.gateway.new_key()
    if not legal(key):
        raise Refused(f"'key' must be 8 to {KEY_LIMIT} visible ASCII characters, without spaces")
    try:
        caller = new_caller(document)
        name = await asked.grant(registry.issue(asked.edge.gateway.keys, key, caller))
    except AccountError as error:
        raise Refused(str(error)) from None
    return {**_view(name, caller), "key": key}


@page("DELETE", "keys/{id}")
async def revoke(asked: Asked) -> object:
    """Let a key open nothing any more, by its id."""
    keys, given = asked.edge.gateway.keys, asked.arguments["id"]
    if not await asked.grant(registry.revoke(keys, given)):
        raise Refused("there is no key of this id; GET keys lists them", 404)
    return {"id": given, "revoked": True}


def _view(name: str, caller: Caller) -> dict[str, Any]:
    words = {word: value for word, value in document_of(caller).items() if value is not None}
    return {"id": name, **words}
