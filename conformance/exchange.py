"""Exchange: one request and everything that came back, as plain data. Knows nothing of sockets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.arrivals import Arrival

MAX_BODY = 8 * 1024 * 1024
"""Bytes of a body that are kept as evidence; a longer one ends as `too-large`."""


class Wire(StrEnum):
    """Which edge carries a request."""

    POOL = "pool"
    """httpx, kept-alive connections."""
    SOCKET = "socket"
    """A connection of its own read with h11: the only client that shows chunk boundaries."""


class Ending(StrEnum):
    """How an exchange ended. Silence, resets and time-outs are observations like any other."""

    COMPLETE = "complete"
    """The message ended as its own framing says."""
    INCOMPLETE = "incomplete"
    """The connection closed before the framing said so."""
    RESET = "reset"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    """No connection could be made: refused, no such host, bad certificate."""
    MALFORMED = "malformed"
    """What came is not HTTP."""
    TOO_LARGE = "too-large"
    """The answer outgrew the cap on evidence; what was read so far is kept."""
    ABANDONED = "abandoned"
    """We stopped reading on purpose, as the request's manner said."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the answer is to be read."""

    close_after_events: int | None = None
    """Close the connection once so many server-sent events have arrived."""
    byte_by_byte: bool = False
    """Read one byte at a time."""
    pause: float = 0.0
    """Seconds to stop reading after the first body bytes."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How the request is put on the wire. Anything but the default goes over the socket edge."""

    chunks: tuple[int, ...] | None = None
    """Send the body chunked, cut at these offsets (`()` is one chunk); None: Content-Length."""
    content_length: str | None = None
    """Claim this in place of the true length; empty: send no Content-Length at all."""
    expect_continue: bool = False
    """Send `Expect: 100-continue` and hold the body back until an answer, at most a second."""
    byte_by_byte: bool = False
    """One byte a write."""
    pipelined: bool = False
    """Send the same request in front of it, without waiting; what is kept is the second answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. Secrets stand in it only as the names of keys."""

    label: str
    """Unique within its probe; judges look the exchange up by it."""
    method: str
    path: str
    """Below the base URL (`/chat/completions`), or from the root when `at_root`."""
    headers: tuple[tuple[str, str], ...] = ()
    """Beside Host, Content-Length, User-Agent, Accept-Encoding (identity) and Authorization,
    which the edge adds; one given here takes the place of the edge's own."""
    body: bytes | None = None
    authorization: str | None = "Bearer {valid}"
    """Template of the Authorization header; `{role}` names a key, and `{role_longer}`,
    `{role_shorter}` and `{role_swapped}` that key with one character more, one fewer, or in the
    other case. None sends no such header."""
    at_root: bool = False
    ceiling: int = 0
    """Most tokens, prompt and completion together, that it can cost."""
    manner: Manner = Manner()
    sending: Sending = Sending()
    wire: Wire = Wire.POOL
    timeout: float | None = None
    """Seconds the whole exchange may take; None leaves it to the target's settings."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, what came back, and how it ended."""

    request: Request
    ending: Ending
    detail: str = ""
    """Why it ended so, in words, when that is not obvious."""
    probe: str = ""
    """Name of the probe it belongs to."""
    attempt: int = 1
    """1 for the first try; noise (429, 503, a reset) is tried again, and every try is kept."""
    began: float = 0.0
    """Unix seconds when the request was sent."""
    status: int | None = None
    version: str = ""
    """Such as `HTTP/1.1`."""
    headers: tuple[tuple[str, str], ...] = ()
    """As received: order and, where the wire shows it, case kept."""
    trailers: tuple[tuple[str, str], ...] = ()
    interim: tuple[int, ...] = ()
    """Statuses of 1xx answers that came before."""
    body: bytes = b""
    """Transfer coding removed, content coding left as it came, secrets replaced."""
    arrivals: Sequence[Arrival] = ()
    headers_at: float | None = None
    """Seconds from sending to the end of the headers."""
    ended_at: float = 0.0
    """Seconds from sending to the end."""

    @property
    def id(self) -> str:
        """`probe/label`, with `#attempt` behind it for every try but the first."""
        suffix = f"#{self.attempt}" if self.attempt > 1 else ""
        return f"{self.probe}/{self.request.label}{suffix}"

    @property
    def answered(self) -> bool:
        """Whether a status line arrived."""
        return self.status is not None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a judge may know of the target beside the bytes; stored with the evidence."""

    model: str = ""
    """Model selector the probes use."""
    scope: str = "any"
    contract_version: str = ""
    context_window: int | None = None
    """Claimed or contractual; None when nobody says."""
    adapters: tuple[str, ...] = ()
    prices: tuple[int, int] | None = None
    """Nano-USD a prompt token and a completion token."""
    keys: frozenset[str] = frozenset({"valid"})
    """Roles of the keys that were given."""
    capabilities: Mapping[str, str] = field(default_factory=dict)
    """Capability → class, as probed so far."""
    greedy: str = ""
    """The target's own answer to the baseline's prompt at temperature 0; expectations are cut from
    it. Empty while unknown."""
    loopback: bool = True
    seed: int = 0
