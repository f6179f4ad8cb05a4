"""Schema engine: cases for every operation of any OpenAPI document. The only door to Schemathesis.

Knows no requirement: what it returns are exchanges, and which of its checks each of them broke.
Its own traps are closed here: event streams are read to the end, credentials go through its
configuration, no request is made again with other keys, and only granted requests are sent.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from conformance.errors import UsageError
from conformance.exchange import MAX_BODY, Ending, Exchange, Request
from conformance.redaction import Secrets

SPEC = "spec"
"""Name of the probe that every exchange with a described API belongs to."""

Grant = Callable[[str, str, bytes], bool]
"""Asked with method, path and body before each request; False ends the run."""
_OFF = ("ignored_auth", "use_after_free", "ensure_resource_availability",
        "object_level_authorization")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the engine is to do."""

    base_url: str
    seed: int = 0
    examples: int = 0
    """Cases an operation of the fuzzing phase; none leaves that phase out."""
    timeout: float = 10.0
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request; they hold keys."""
    pinned: Mapping[str, Any] = field(default_factory=dict)
    """Members of request bodies that always have one value, such as `model`."""
    safe: bool = False
    """No method is tried that the document does not have."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A check that an exchange broke."""

    check: str
    words: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One case, performed and checked."""

    operation: str
    """Such as `GET /books`."""
    exchange: Exchange
    kept: tuple[str, ...]
    """Names of the checks that it passed."""
    broken: tuple[Departure, ...]


class _Refused(KeyboardInterrupt):
    """Ends the engine at once; it takes this base class for the user's wish to stop."""


def run(
    document: Mapping[str, Any],
    operations: frozenset[str],
    wishes: Wishes,
    grant: Grant,
    secrets: Secrets,
) -> Iterator[Tried]:
    """Yield every case of the chosen operations (`GET /books`), in the engine's order."""
    schemathesis = _library()
    from schemathesis.engine import context, events, from_schema
    from schemathesis.hooks import unregister

    config = schemathesis.Config.from_dict(_config(wishes))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_dict(dict(document), config=config)
        schema = schema.include(lambda context: context.operation.label in operations)
        before_call = _hook(wishes, grant)
        schemathesis.hook("before_call")(before_call)
        numbers: dict[str, int] = {}
        make_session, context.make_session = context.make_session, _sessions(context, wishes)
        try:
            for event in from_schema(schema).execute():
                if isinstance(event, events.ScenarioFinished):
                    yield from _tried(event, numbers, wishes, secrets)
        finally:
            unregister(before_call)
            context.make_session = make_session


def _library() -> Any:
    try:
        import schemathesis
    except ImportError:
        hint = "pip install 'gonogo[fuzz]'"
        raise UsageError("--spec needs schemathesis", hint=hint) from None
    return schemathesis


def _config(wishes: Wishes) -> dict[str, Any]:
    coverage: dict[str, Any] = {"enabled": True}
    if wishes.safe:
        coverage["unexpected-methods"] = []
    return {
        "base-url": wishes.base_url,
        "seed": wishes.seed,
        "headers": dict(wishes.headers),
        "request-timeout": wishes.timeout,
        "max-stream-events": 10_000,
        "continue-on-failure": True,
        "checks": {name: {"enabled": False} for name in _OFF},
        "phases": {
            "examples": {"enabled": True},
            "coverage": coverage,
            "fuzzing": {"enabled": wishes.examples > 0},
            "stateful": {"enabled": False},
        },
        "generation": {"max-examples": max(wishes.examples, 1), "database": "none"},
    }


def _hook(wishes: Wishes, grant: Grant) -> Callable[[Any, Any, dict[str, Any]], None]:
    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        if isinstance(case.body, dict):
            # Without this an unknown model is all that a server ever finds fault with.
            case.body.update({k: v for k, v in wishes.pinned.items() if k in case.body})
        body = case.body if isinstance(case.body, bytes) else repr(case.body).encode()
        if not grant(str(case.method).upper(), str(case.formatted_path), body):
            raise _Refused

    return before_call


def _sessions(context: Any, wishes: Wishes) -> Callable[..., Any]:
    """Return a maker of sessions whose answers are bounded; its own have no bound on a body."""
    make = context.make_session

    def bounded(*given: Any, **options: Any) -> Any:
        session = make(*given, **options)
        for scheme in ("http://", "https://"):
            session.mount(scheme, _bounded(wishes.timeout))
        return session

    return bounded


def _bounded(seconds: float) -> Any:
    """Return an adapter that reads a body for so long and so far, however it trickles or floods."""
    import requests

    class Bounded(requests.adapters.HTTPAdapter):
        def send(self, request: Any, stream: bool = False, *given: Any, **options: Any) -> Any:
            end = time.monotonic() + seconds
            response = super().send(request, True, *given, **options)
            if "text/event-stream" in response.headers.get("content-type", "").lower():
                return response  # The engine reads events itself, as they come, within the time.
            data = bytearray()
            while piece := response.raw.read1(65536, decode_content=True):
                data += piece
                if time.monotonic() > end or len(data) > MAX_BODY:
                    response.close()
                    # In the words of urllib3, from which the engine reads the seconds.
                    endless = TimeoutError(f"It never ends. (read timeout={seconds})")
                    raise requests.exceptions.ReadTimeout(endless, request=request)
            response._content, response._content_consumed = bytes(data), True
            return response

    return Bounded()


def _tried(
    event: Any, numbers: dict[str, int], wishes: Wishes, secrets: Secrets
) -> Iterator[Tried]:
    recorder = event.recorder
    phase = event.phase.value
    for case_id, interaction in recorder.interactions.items():
        numbers[phase] = numbers.get(phase, 0) + 1
        label = f"{phase}-{numbers[phase]:06d}"
        checks = recorder.checks.get(case_id, [])
        broken = tuple(
            Departure(each.name, _words(each.failure_info.failure, secrets))
            for each in checks
            if each.failure_info is not None
        )
        names = {each.check for each in broken}
        kept = tuple(each.name for each in checks if each.name not in names)
        yield Tried(recorder.label, _exchange(interaction, label, wishes, secrets), kept, broken)


def _words(failure: Any, secrets: Secrets) -> str:
    lines = [line.strip() for line in str(failure.message).splitlines() if line.strip()]
    return secrets.scrub_text(f"{failure.title}: {' '.join(lines)}"[:300])


def _exchange(interaction: Any, label: str, wishes: Wishes, secrets: Secrets) -> Exchange:
    sent, came = interaction.request, interaction.response
    parts = urlsplit(sent.uri)
    base = urlsplit(wishes.base_url).path.rstrip("/")
    path = parts.path.removeprefix(base) + (f"?{parts.query}" if parts.query else "")
    own = {name.lower() for name in wishes.headers} | _ADDED
    headers = [
        (name, value)
        for name, values in sent.headers.items()
        for value in values
        if name.lower() not in own
    ]
    request = Request(
        label=label,
        method=sent.method,
        path=secrets.scrub_text(path),
        headers=secrets.scrub_headers(headers),
        body=None if sent.body is None else secrets.scrub(sent.body),
        authorization="Bearer {valid}" if "Authorization" in wishes.headers else None,
    )
    if came is None:
        return Exchange(request, Ending.INCOMPLETE, "no answer", probe=SPEC)
    return Exchange(
        request,
        Ending.COMPLETE,
        probe=SPEC,
        began=interaction.timestamp,
        status=came.status_code,
        version=f"HTTP/{came.http_version}",
        headers=secrets.scrub_headers(
            (name, value) for name, values in came.headers.items() for value in values
        ),
        body=secrets.scrub_body(came.content[:MAX_BODY]),
        headers_at=came.elapsed,
        ended_at=came.elapsed,
    )


_ADDED = {"host", "user-agent", "accept-encoding", "accept", "connection", "content-length",
          "x-schemathesis-testcaseid"}  # fmt: skip
