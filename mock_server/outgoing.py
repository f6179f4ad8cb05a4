"""Outgoing: requests that the mock makes itself. The mock's one door to httpx."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

import httpx

TIMEOUT = 10.0
"""Seconds a server that is called back may take."""


class UpstreamError(Exception):
    """Another server did not answer as it should; the text says how, and names no secret."""


class SilentError(UpstreamError):
    """It took too long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is still coming."""

    status: int
    headers: Sequence[tuple[str, str]]
    chunks: AsyncGenerator[bytes]
    """As they come, undecoded; raises UpstreamError where they end too soon."""


class Upstream:
    """Another server, asked through connections that are kept."""

    def __init__(self, seconds: float) -> None:
        """`seconds` is how long it may be silent."""
        timeout = httpx.Timeout(seconds, connect=min(seconds, 10.0))
        self._client = httpx.AsyncClient(timeout=timeout, follow_redirects=False)

    async def __aenter__(self) -> Upstream:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @contextlib.asynccontextmanager
    async def asked(
        self, method: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> AsyncGenerator[Answer]:
        """Send a request and hand out the answer; raises UpstreamError where none comes."""
        with _told():
            request = self._client.build_request(
                method, url, headers=list(headers), content=body or None
            )
            # What the client adds by itself is not the caller's.
            given = {name.lower() for name, _ in headers}
            for name in {"user-agent", "accept", "accept-encoding"} - given:
                request.headers.pop(name, None)
            response = await self._client.send(request, stream=True)
        try:
            yield Answer(
                response.status_code,
                response.headers.multi_items(),
                _chunks(response),
            )
        finally:
            await response.aclose()


async def _chunks(response: httpx.Response) -> AsyncGenerator[bytes]:
    with _told():
        async for chunk in response.aiter_raw():
            yield chunk


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException:
        raise SilentError("it did not answer in time") from None
    except httpx.ConnectError:
        raise UpstreamError("it cannot be reached") from None
    except (httpx.RemoteProtocolError, httpx.DecodingError):
        raise UpstreamError("what it sent is no whole HTTP answer") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise UpstreamError(f"it failed ({type(error).__name__})") from None


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
