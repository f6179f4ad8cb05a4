"""Who may ask the control API at all: no page of another origin, and no name of another host.

A browser sends what any page tells it to, and may be told by a name server that a stranger's name
means this machine. The token keeps out both; this does too, should the token ever be known.
Knows no page.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from functools import cache

from mock_server.control.page import Refused

ELSEWHERE = frozenset({"cross-site", "same-site"})
"""What a browser says of a request that a page of another origin makes."""


def admit(headers: Mapping[str, str], scheme: str, hosts: tuple[str, ...]) -> None:
    """Raise Refused for a request that another site may have had sent.

    `hosts` are names by which the mock is known, besides those that can only mean this machine or
    one of its own network: numbers, `localhost`, its own name, and names of one word.
    """
    host = headers.get("host", "")
    if host and not _own(host, hosts):
        raise Refused(
            f"the control API does not answer to the name {_name(host)[:100]!r}; "
            "start the mock with --control-host NAME to let it",
            403,
        )
    origin = headers.get("origin")
    foreign = origin is not None and origin.lower() != f"{scheme}://{host}".lower()
    sent_by_a_page = headers.get("sec-fetch-site") in ELSEWHERE
    if foreign or (sent_by_a_page and headers.get("sec-fetch-mode") != "navigate"):
        raise Refused("the control API answers no page of another origin", 403)


def _own(host: str, hosts: tuple[str, ...]) -> bool:
    name = _name(host)
    if "." not in name or name.endswith(".localhost") or name in map(str.lower, hosts):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name == _this_machine()
    return True


def _name(host: str) -> str:
    """Return the name of a `Host`, without its port and in lower case."""
    if host.startswith("["):
        # A number with colons; with its dots it would not be taken for a name of one word.
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()


@cache
def _this_machine() -> str:
    return socket.gethostname().lower()
