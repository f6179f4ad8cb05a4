"""Webhooks: the secret of an account, and the end of a job told to whoever asked to be told."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mock_server.account import signing
from mock_server.account.errands import Now, Post, Sleep
from mock_server.account.owned import told
from mock_server.call import Call
from mock_server.problem import Problem
from mock_server.quota import SECOND
from mock_server.state import Note, Wishes
from mock_server.surface import Answering, Handler
from mock_server.text import dumps
from openapi import AccountFacts

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

ATTEMPTS = 4
FIRST_PAUSE = 1.0
"""Seconds before the second attempt; each later pause is twice as long."""
DELIVERIES = "deliveries"
"""Name of the log of attempts in the shared state."""
KEPT = 200


def answers(facts: AccountFacts) -> Mapping[str, Handler]:
    """Return who answers what."""
    del facts

    def shown(gateway: Gateway, call: Call) -> Answering:
        return told({"secret": (yield from secret(gateway, _account(call)))})

    def rotated(gateway: Gateway, call: Call) -> Answering:
        return told({"secret": (yield from secret(gateway, _account(call), anew=True))})

    return {"getWebhookSecret": shown, "rotateWebhookSecret": rotated}


def secret(gateway: Gateway, account: str, *, anew: bool = False) -> Wishes:
    """Return what calls back for an account are signed with; made `anew`, the old one is gone."""
    fresh = functools.partial(gateway.new_id, "whsec")
    return (yield from signing.secret(f"webhook/{account}", fresh, anew=anew))


def deliver(gateway: Gateway, account: str, url: str, event: dict[str, Any]) -> Wishes:
    """Tell an event to a URL until that answers with 2xx, or all attempts are made."""
    body = dumps(event)
    for attempt in range(1, ATTEMPTS + 1):
        if attempt > 1:
            yield Sleep(FIRST_PAUSE * 2 ** (attempt - 2))
        signed_with = yield from secret(gateway, account)
        now = yield Now()
        headers = {
            "content-type": "application/json",
            "user-agent": "AIgateway-Webhooks/1",
            "aig-delivery": event["id"],
            "aig-attempt": str(attempt),
            **signing.called_back(signed_with, now // SECOND, body),
        }
        answer = yield Post(url, headers, body)
        line = {
            "event": event["id"],
            "type": event["type"],
            "url": url.partition("?")[0][:200],
            "attempt": attempt,
            "at": now,
            "answer": answer,
        }
        yield Note(DELIVERIES, line, most=KEPT)
        if isinstance(answer, int) and 200 <= answer < 300:
            return


def allowed(url: str | None, hosts: Collection[str]) -> None:
    """Raise Problem (400) for a URL that this mock may not call."""
    if url is None:
        return
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or port == 0:
        raise Problem(
            "invalid_value",
            "'webhook_url' is no URL with a host, such as http://127.0.0.1:9000/hook. Correct it.",
            "webhook_url",
        )
    if not _loopback(host) and host not in hosts:
        raise Problem(
            "invalid_value",
            f"'webhook_url' names the host '{host[:100]}', and this mock calls only loopback. "
            f"Start it with --webhook-to {host[:100]} to let it.",
            "webhook_url",
        )


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _account(call: Call) -> str:
    assert call.caller is not None
    return call.caller.account
