"""Outgoing: requests that the mock makes itself. The mock's one door to httpx."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

TIMEOUT = 10.0
"""Seconds a server that is called back may take."""


async def post(url: str, headers: Mapping[str, str], body: bytes) -> int | str:
    """Send a POST and return the status of the answer, or the kind of what went wrong.

    No redirect is followed, no proxy of the environment is used, and no body is read.
    """
    limits = httpx.Timeout(TIMEOUT)
    try:
        async with (
            httpx.AsyncClient(timeout=limits, trust_env=False) as client,
            client.stream("POST", url, headers=dict(headers), content=body) as answer,
        ):
            return answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return type(error).__name__
