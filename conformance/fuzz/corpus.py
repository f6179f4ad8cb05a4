"""Corpus: requests that once showed something, tried first next time. In a folder, or in Redis.

Holds no key: an Authorization is a template. Several machines may share one corpus.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from conformance.errors import UsageError
from conformance.evidence_records import record_of_request, request_from_record
from conformance.exchange import Request
from conformance.fuzz import texture
from conformance.scene import CHAT

MOST = 500
"""Requests that are tried first; a corpus that outgrew this is tried in part."""
REDIS_KEY = "gonogo:corpus"


class Corpus(Protocol):
    """Where requests are kept between runs."""

    def entries(self) -> Iterable[bytes]:
        """Return everything kept, in no order."""
        ...

    def add(self, name: str, entry: bytes) -> None:
        """Keep an entry under a name made from its content."""
        ...


class Folder:
    """A corpus in a folder: one file an entry, which may be checked in."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError for a place that cannot be a folder."""
        self._path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise UsageError(f"--database: {path.name} cannot be a folder") from None

    def entries(self) -> Iterator[bytes]:
        """Return everything kept."""
        for file in sorted(self._path.glob("*.json")):
            yield file.read_bytes()

    def add(self, name: str, entry: bytes) -> None:
        """Keep an entry; a reader sees all of it or nothing."""
        file = self._path / f"{name}.json"
        part = file.with_suffix(".part")
        part.write_bytes(entry)
        part.replace(file)


class Shared:
    """A corpus in Redis, shared by the workers of a campaign."""

    def __init__(self, url: str) -> None:
        """Raises UsageError without the library, or where nobody answers."""
        self._server = connect(url)

    def entries(self) -> Iterator[bytes]:
        """Return everything kept."""
        kept: Mapping[bytes, bytes] = self._server.hgetall(REDIS_KEY)
        yield from kept.values()

    def add(self, name: str, entry: bytes) -> None:
        """Keep an entry."""
        self._server.hset(REDIS_KEY, name, entry)


def connect(url: str) -> Any:
    """Return a client of a Redis that answers; UsageError says what is wrong otherwise."""
    try:
        import redis
    except ImportError:
        raise UsageError("redis:// needs redis", hint="pip install 'gonogo[redis]'") from None
    try:
        server = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
        server.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        reason = type(error).__name__
        raise UsageError(f"--database: Redis does not answer: {reason}") from None
    return server


def corpus(where: str) -> Corpus:
    """Return the corpus of a folder or of `redis://...`."""
    if where.startswith(("redis://", "rediss://", "unix://")):
        return Shared(where)
    return Folder(Path(where))


def keep(corpus: Corpus, requirement: str, kind: str, request: Request) -> None:
    """Keep the smallest request that showed a cause."""
    said = {name: part for name, part in record_of_request(request).items() if name != "label"}
    record = {"requirement": requirement, "kind": kind, "request": said}
    data = json.dumps(record, sort_keys=True).encode()
    corpus.add(hashlib.sha256(data).hexdigest()[:24], data)


def known(corpus: Corpus, model: str) -> list[Request]:
    """Return the requests to try first, labelled by number; what is no entry is left out.

    The model is the one of this run; only chat requests are taken, whatever the corpus says.
    """
    found: list[Request] = []
    for entry in sorted(corpus.entries()):
        try:
            record = json.loads(entry)["request"]
            request = request_from_record({**record, "label": f"again-{len(found):06d}"})
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        if request.method == "POST" and request.path == CHAT and not request.at_root:
            found.append(_for_model(request, model))
    return found[:MOST]


def _for_model(request: Request, model: str) -> Request:
    try:
        body = json.loads(request.body or b"")
    except (ValueError, RecursionError):
        return request
    if not isinstance(body, dict) or "model" not in body or not isinstance(body["model"], str):
        return request
    return replace(request, body=texture.plain({**body, "model": model}))
