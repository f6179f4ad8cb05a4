"""Sub-accounts: a key for each customer, with a cap and a rate, paid from its maker's wallet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mock_server import registry
from mock_server.account.owned import Shelf, cents, listing, told
from mock_server.accounts import caller_of, document_of
from mock_server.call import Call
from mock_server.keys import PLENTY, AccountError, Caller, digest
from mock_server.problem import Problem
from mock_server.quota import Quota
from mock_server.state import Look, Looked, Wishes
from mock_server.surface import Answering, Handler
from openapi import AccountFacts

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

NANO_A_CENT = 10_000_000
CHOSEN = (
    "name",
    "external_ref",
    "spend_cap_cents",
    "rate_limit_rpm",
    "default_tag",
    "allowed_models",
)
"""What a client may choose of a sub-account."""


def answers(facts: AccountFacts) -> Mapping[str, Handler]:
    """Return who answers what."""
    del facts
    return {
        "createSubAccount": _create,
        "listSubAccounts": _list,
        "getSubAccount": _get,
        "changeSubAccount": _change,
        "deleteSubAccount": _delete,
    }


def _create(gateway: Gateway, call: Call) -> Answering:
    shelf = _shelf(call)
    record: dict[str, Any] = {
        "id": gateway.new_id("sa"),
        "object": "sub_account",
        **{name: call.body.get(name) for name in CHOSEN},
        "created_at": call.created,
    }
    parent = call.caller
    assert parent is not None
    payer = Caller(record["id"], wallet=parent.account, upstream=parent.upstream)
    caller, key = _limited(payer, record), gateway.new_key()
    yield from shelf.add(record["id"], {**record, "key": digest(key)})
    try:
        yield from registry.issue(gateway.keys, key, caller)
    except AccountError as error:
        yield from shelf.drop(record["id"])
        raise _impossible(error) from None
    return told({**record, "spent_cents": 0, "key": key}, 201)


def _list(gateway: Gateway, call: Call) -> Answering:
    del gateway
    records = yield from _shelf(call).every()
    shown = []
    for record in records:
        shown += [(yield from _shown(record))]
    return told(listing(shown))


def _get(gateway: Gateway, call: Call) -> Answering:
    del gateway
    record = yield from _shelf(call).find(call.arguments["account"], "account")
    return told((yield from _shown(record)))


def _change(gateway: Gateway, call: Call) -> Answering:
    shelf, name = _shelf(call), call.arguments["account"]
    while True:
        record = yield from shelf.find(name, "account")
        chosen = {word: call.body[word] for word in CHOSEN if word in call.body}
        after = {**record, **chosen}
        _limited(Caller(name), after)
        if (yield from shelf.change(name, after, record)):
            break
    yield from registry.change(gateway.keys, name, lambda known: _limited(known, after))
    return told((yield from _shown(after)))


def _delete(gateway: Gateway, call: Call) -> Answering:
    shelf, name = _shelf(call), call.arguments["account"]
    record = yield from shelf.find(name, "account")
    yield from registry.revoke(gateway.keys, record["key"])
    yield from shelf.drop(name)
    return told({"id": name, "object": "sub_account", "deleted": True})


def _shelf(call: Call) -> Shelf:
    assert call.caller is not None
    if call.caller.wallet:
        raise Problem(
            "scope_exceeded",
            "A sub-account's key has no sub-accounts of its own. Use the key that made it.",
        )
    return Shelf("sub-account", call)


def _shown(record: Mapping[str, Any]) -> Wishes:
    looked: Looked = yield Look(record["id"], PLENTY)
    public = {name: value for name, value in record.items() if name != "key"}
    return {**public, "spent_cents": cents(looked.charged)}


def _limited(caller: Caller, record: Mapping[str, Any]) -> Caller:
    """Return an account with the limits of a record; raises Problem (400) for impossible ones."""
    cap, rate, models = (
        record[name] for name in ("spend_cap_cents", "rate_limit_rpm", "allowed_models")
    )
    changed = replace(
        caller,
        cap=None if cap is None else cap * NANO_A_CENT,
        quota=PLENTY if rate is None else Quota(rate),
        models=None if models is None else tuple(models),
        tag=record["default_tag"] or "",
    )
    try:
        # What is kept as words must be readable as words.
        return caller_of(document_of(changed))
    except AccountError as error:
        raise _impossible(error) from None


def _impossible(error: AccountError) -> Problem:
    return Problem("invalid_value", f"The sub-account cannot be: {error}.", "default_tag")
