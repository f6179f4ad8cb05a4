"""Fixture: one exchange with a real gateway, as a file that people can read. Touches no network.

The body of a request is kept as the value it means where it is `json`, else, and the chunks of an
answer always, byte for byte: as `text` where that is UTF-8, else as `base64`.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

VERSION = 1
SUFFIX = ".fixture.json"


class FixtureError(ValueError):
    """A file that is no fixture, or was changed, and why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that came at once."""

    at: float
    """Seconds after the request was sent."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, without what is secret."""

    method: str
    path: str
    """As clients of the mock ask for it: `/v1/...`."""
    query: str
    headers: Mapping[str, str]
    """Those that say what the body is and what is wanted; names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Fixture:
    """An exchange that ended as it should."""

    asked: Asked
    status: int
    headers: Sequence[tuple[str, str]]
    """In order; those of the connection alone are left out."""
    chunks: Sequence[Chunk]
    head_at: float = 0.0
    """Seconds after the request was sent at which the status came."""
    recorded_at: str = ""
    """Moment, RFC 3339."""
    upstream: str = ""
    name: str = ""
    """Of its file, without the suffix."""

    @property
    def body(self) -> bytes:
        """Every byte of the answer."""
        return b"".join(chunk.data for chunk in self.chunks)

    def header(self, name: str) -> str:
        """Return a header of the answer, or an empty text; `name` in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def text(self) -> str:
        """Return what is written in its file."""
        document = {
            "fixture": VERSION,
            "digest": self.digest(),
            "recorded": {"at": self.recorded_at, "upstream": self.upstream},
            **self._exchange(),
        }
        return _printed(document, indent=2) + "\n"

    def digest(self) -> str:
        """Return what the exchange digests to: request, status, headers and every chunk."""
        plain = json.dumps(self._exchange(), sort_keys=True, ensure_ascii=True)
        return "sha256:" + hashlib.sha256(plain.encode()).hexdigest()

    def _exchange(self) -> dict[str, Any]:
        asked = self.asked
        return {
            "request": {
                "method": asked.method,
                "path": asked.path,
                "query": asked.query,
                "headers": dict(asked.headers),
                **_asked_body(asked.body),
            },
            "response": {
                "status": self.status,
                "at": self.head_at,
                "headers": _headers(self.headers),
                "chunks": [{"at": chunk.at, **_bytes(chunk.data)} for chunk in self.chunks],
            },
        }


def read(path: Path, *, sealed: bool = True) -> Fixture:
    """Read a fixture; raises FixtureError.

    Where it is to be `sealed`, one whose digest is not its own is refused.
    """
    name = path.name.removesuffix(SUFFIX)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        fixture = replace(_fixture(document), name=name)
    except OSError as error:
        raise FixtureError(f"{path.name}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, FixtureError):
            raise
        raise FixtureError(f"{path.name}: is no fixture of version {VERSION}") from None
    if sealed and document["digest"] != fixture.digest():
        raise FixtureError(
            f"{path.name}: was changed since it was sealed; if that was meant, run: "
            f"gonogo-mock seal {path.name}"
        )
    return fixture


def folder(path: Path) -> list[Fixture]:
    """Read all fixtures of a folder, by name; raises FixtureError."""
    if not path.is_dir():
        raise FixtureError(f"{path.name}: there is no such folder")
    return [read(each) for each in sorted(path.glob(f"*{SUFFIX}"))]


def _fixture(document: Any) -> Fixture:
    if document["fixture"] != VERSION:
        raise FixtureError(
            f"it is of version {document['fixture']}, and this is a mock for version {VERSION}"
        )
    request, response, recorded = document["request"], document["response"], document["recorded"]
    return Fixture(
        Asked(
            str(request["method"]),
            str(request["path"]),
            str(request["query"]),
            {str(name): str(value) for name, value in request["headers"].items()},
            _asked_body_of(request),
        ),
        int(response["status"]),
        tuple(_headers_of(response["headers"])),
        tuple(Chunk(float(chunk["at"]), _bytes_of(chunk)) for chunk in response["chunks"]),
        float(response["at"]),
        str(recorded["at"]),
        str(recorded["upstream"]),
    )


def _headers(pairs: Sequence[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Return headers by name; one that comes several times has a list."""
    found: dict[str, str | list[str]] = {}
    for name, value in pairs:
        before = found.get(name)
        if before is None:
            found[name] = value
        else:
            found[name] = [*(before if isinstance(before, list) else [before]), value]
    return found


def _headers_of(written: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in written.items():
        for each in value if isinstance(value, list) else [value]:
            yield str(name), str(each)


def _asked_body(body: bytes) -> dict[str, Any]:
    try:
        return {"json": json.loads(body)}
    except (ValueError, RecursionError):
        return _bytes(body)


def _asked_body_of(written: Mapping[str, Any]) -> bytes:
    if "json" in written:
        return _printed(written["json"], separators=(",", ":")).encode()
    return _bytes_of(written)


def _bytes(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode("ascii")}


def _bytes_of(written: Mapping[str, Any]) -> bytes:
    if "base64" in written:
        return b64decode(written["base64"], validate=True)
    return str(written["text"]).encode("utf-8")


def _printed(value: Any, **how: Any) -> str:
    """Return a JSON text that people can read, and that UTF-8 can hold."""
    text = json.dumps(value, ensure_ascii=False, **how)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON may carry
        return json.dumps(value, ensure_ascii=True, **how)
    return text
