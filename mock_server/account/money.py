"""Money: what is left in the wallet, and where the rest went: by tag, by sub-account, by call.

Computed from the entries that the ledger keeps; where it has forgotten some, so have these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mock_server.account.errands import Calls, Written
from mock_server.account.owned import Shelf, cents, listing, told
from mock_server.call import Call
from mock_server.keys import PLENTY
from mock_server.quota import SECOND
from mock_server.state import Inspect, Look, Looked, Purse
from mock_server.surface import Answering, Handler
from openapi import AccountFacts

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

UNTAGGED = "untagged"
OWN = "(own)"
MILLI = 1_000_000

Entry = Mapping[str, Any]
_SUMMED = ("requests", "cost", "prompt", "completion")


def answers(facts: AccountFacts) -> Mapping[str, Handler]:
    """Return who answers what."""
    del facts
    return {
        "getBalance": _balance,
        "usageByTag": _by_tag,
        "usageBySubAccount": _by_sub_account,
        "recentUsage": _recent,
    }


def _balance(gateway: Gateway, call: Call) -> Answering:
    del gateway
    caller = call.caller
    assert caller is not None
    purse: Purse = yield Inspect(caller.wallet or caller.account, caller.balance)
    looked: Looked = yield Look(caller.account, PLENTY)
    return told(
        {
            "object": "balance",
            "currency": "usd",
            "balance_cents": cents(purse.balance),
            "held_cents": cents(purse.held),
            "available_cents": cents(purse.balance - purse.held),
            "spent_cents": cents(looked.charged),
        }
    )


def _by_tag(gateway: Gateway, call: Call) -> Answering:
    del gateway
    entries = yield Written()
    account = _account(call)
    own = [entry for entry in entries if account in (entry["account"], entry["wallet"])]
    return told(_table(call, own, lambda entry: entry["tag"] or UNTAGGED))


def _by_sub_account(gateway: Gateway, call: Call) -> Answering:
    del gateway
    entries = yield Written()
    account = _account(call)
    names = {}
    for record in (yield from Shelf("sub-account", call).every()):
        names[record["id"]] = record["name"]
    own = [entry for entry in entries if account in (entry["account"], entry["wallet"])]

    def label(entry: Entry) -> str:
        name = entry["account"]
        return OWN if name == account else str(names.get(name, name))

    return told(_table(call, own, label))


def _recent(gateway: Gateway, call: Call) -> Answering:
    del gateway
    entries, calls = (yield Written()), (yield Calls())
    account = _account(call)
    lines = {line["completion"]: line for line in calls if line["completion"]}
    own = [entry for entry in entries if account in (entry["account"], entry["wallet"])]
    newest = own[::-1][: call.arguments.get("limit", 50)]
    return told(listing([_line(entry, lines.get(entry["request"])) for entry in newest]))


def _line(entry: Entry, line: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "request_id": line["id"] if line else entry["request"],
        "model": entry["model"],
        "status": line["status"] if line else 200,
        "latency_ms": line["nanoseconds"] // MILLI if line else 0,
        "cost_cents": cents(entry["cost"]),
        "tag": entry["tag"] or None,
        "created_at": _moment(entry["at"]).isoformat().replace("+00:00", "Z"),
    }


def _table(call: Call, entries: Iterable[Entry], label: Callable[[Entry], str]) -> dict[str, Any]:
    month = call.arguments.get("month") or f"{_moment(call.incoming.now):%Y-%m}"
    rows: dict[str, dict[str, int]] = {}
    for entry in entries:
        if f"{_moment(entry['at']):%Y-%m}" != month:
            continue
        row = rows.setdefault(
            label(entry), {"requests": 0, "cost": 0, "prompt": 0, "completion": 0}
        )
        row["requests"] += 1
        row["cost"] += entry["cost"]
        row["prompt"] += entry["prompt_tokens"]
        row["completion"] += entry["completion_tokens"]
    shown = [
        {
            "label": name,
            "requests": row["requests"],
            "cost_cents": cents(row["cost"]),
            "prompt_tokens": row["prompt"],
            "completion_tokens": row["completion"],
        }
        for name, row in sorted(rows.items(), key=lambda pair: (-pair[1]["cost"], pair[0]))
    ]
    return {**listing(shown), "month": month}


def _moment(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds // SECOND, UTC)


def _account(call: Call) -> str:
    assert call.caller is not None
    return call.caller.account
