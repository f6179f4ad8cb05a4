"""Outgoing URL: where a request goes, written in full. Sends nothing."""

from __future__ import annotations

from conformance.exchange import Request


def full_url(request: Request, base_url: str) -> str:
    """Return the URL of a request to a target."""
    return (root_of(base_url) if request.at_root else base_url) + request.path


def root_of(base_url: str) -> str:
    """Return scheme and authority of a base URL."""
    scheme, _, rest = base_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
