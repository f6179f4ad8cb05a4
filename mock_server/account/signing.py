"""Signing: what proves that a URL or a call back is the gateway's own. Keeps no secret."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Generator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from mock_server.state import Find, Keep, Wish


def secret(name: str, fresh: Callable[[], str], *, anew: bool = False) -> Generator[Wish, Any, str]:
    """Return a secret of the shared state, made when it is first asked for, or made `anew`."""
    while True:
        known = yield Find("secret", name)
        if known is not None and not anew:
            return str(known["value"])
        record = {"value": fresh()}
        if (yield Keep("secret", name, record, was=known)):
            return record["value"]


def called_back(secret: str, seconds: int, body: bytes) -> Mapping[str, str]:
    """Return the headers that sign a call back at a time, in every spelling clients look for."""
    mac = hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
    return {
        "x-gateway-signature": f"t={seconds},v1={mac}",
        "aig-timestamp": str(seconds),
        "aig-signature": mac,
    }


def owner_mark(account: str) -> str:
    """Return what stands for an account in a URL that others may see."""
    return hashlib.sha256(b"owner:" + account.encode()).hexdigest()[:16]


def signed_url(base: str, secret: str, mark: str, path: str, expires: int) -> str:
    """Return a URL that opens a path of the media host until it expires (Unix seconds)."""
    token = _token(secret, mark, path, expires)
    query = urlencode({"token": token, "exp": expires, "k": mark})
    return f"{base}/v1/files/jobs/{quote(path)}/public?{query}"


def opens(secret: str, mark: str, path: str, expires: int, token: str) -> bool:
    """Tell whether a token is the one for a path; whether it has run out is another question."""
    good = _token(secret, mark, path, expires)
    return hmac.compare_digest(good.encode(), token.encode("utf-8", "surrogateescape"))


def _token(secret: str, mark: str, path: str, expires: int) -> str:
    text = f"{mark}\n{path}\n{expires}".encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()[:40]
