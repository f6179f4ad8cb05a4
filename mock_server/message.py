"""Incoming and Reply: a request and an answer as plain data. Knows no server and no gateway."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from mock_server.frozen import frozen

JSON = "application/json"


class Headers(Mapping[str, str]):
    """Headers as a server hands them out, each decoded when it is asked for."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        """Names are in lower case; of a repeated header the last value counts."""
        self._raw = dict(raw)

    def __getitem__(self, name: str) -> str:
        return self._raw[name.encode("latin-1")].decode("latin-1")

    def get(self, name: str, default: Any = None) -> Any:
        """Return a header's value, or the default."""
        value = self._raw.get(name.encode("latin-1"))
        return default if value is None else value.decode("latin-1")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.encode("latin-1") in self._raw

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._raw)

    def __len__(self) -> int:
        return len(self._raw)


class Lines(Mapping[str, str]):
    """Headers of an answer as lines of HTTP/1.1, read only by whoever wants them otherwise."""

    __slots__ = ("_read", "raw")

    def __init__(self, raw: bytes) -> None:
        """Each line is `name: value` and a line end; no value holds one."""
        self.raw = raw
        self._read: dict[str, str] | None = None

    def __getitem__(self, name: str) -> str:
        return self._known()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())

    def __contains__(self, name: object) -> bool:
        return name in self._known()

    def items(self) -> ItemsView[str, str]:
        """Return names and values."""
        return self._known().items()

    def _known(self) -> dict[str, str]:
        if self._read is None:
            lines = self.raw.decode("latin-1").split("\r\n")[:-1]
            self._read = dict(line.split(": ", 1) for line in lines)
        return self._read


@frozen
class Incoming:
    """A request whose body has not been read; admission asks for the body when it is due."""

    method: str
    """Upper case."""
    path: str
    """Percent-decoded, without the query."""
    query: str
    """As sent, without the question mark."""
    headers: Mapping[str, str]
    """Names in lower case; of a repeated header, the last value."""
    now: int
    """Nanoseconds since the epoch at which it arrived."""

    def header(self, name: str) -> str | None:
        """Return a header's value, or None; `name` in lower case."""
        return self.headers.get(name)


@frozen
class Reply:
    """An answer that is known whole, or the head of a stream."""

    status: int
    body: bytes = b""
    """Empty for the head of a stream."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; `content-length` is the edge's business."""
    events: Sequence[bytes] = ()
    """Of a stream that is known whole, each to be one chunk."""

    @property
    def length(self) -> int | None:
        """What `content-length` is to say; None where the headers tell, or there is no body."""
        told = "content-length" in self.headers or "transfer-encoding" in self.headers
        return None if told or self.status == 204 else len(self.body)
