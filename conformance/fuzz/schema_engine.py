"""Schema engine: cases for every operation of any OpenAPI document. The only door to Schemathesis.

Knows no requirement: what it returns are exchanges, and which of its checks each of them broke.
Its own traps are closed here: event streams are read to the end, credentials go through its
configuration, and no request is made again with other keys.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.errors import UsageError
from conformance.exchange import Exchange
from conformance.redaction import Secrets

if TYPE_CHECKING:
    from conformance.fuzz.schema_wire import SchemaWire

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
    answered: bool
    """Whether an answer came that could be judged."""
    kept: tuple[str, ...]
    """Names of the checks that it passed."""
    broken: tuple[Departure, ...]


def run(
    document: Mapping[str, Any], operations: frozenset[str], wishes: Wishes, wire: SchemaWire
) -> Iterator[Tried]:
    """Yield every case of the chosen operations (`GET /books`), in the engine's order.

    Ends early when the wire grants no more.
    """
    schemathesis = require_engine()
    from schemathesis.engine import context, events, from_schema
    from schemathesis.hooks import unregister

    config = schemathesis.Config.from_dict(_config(wishes))
    with warnings.catch_warnings(), _only_the_seed():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_dict(dict(document), config=config)
        schema = schema.include(lambda context: context.operation.label in operations)
        before_call = _hook(wishes)
        schemathesis.hook("before_call")(before_call)
        make_session, context.make_session = context.make_session, _sessions(context, wire)
        try:
            for event in from_schema(schema).execute():
                if isinstance(event, events.PhaseStarted):
                    wire.phase = event.phase.name.value
                elif isinstance(event, events.ScenarioFinished):
                    yield from _tried(event.recorder, wire)
        finally:
            unregister(before_call)
            context.make_session = make_session


@contextlib.contextmanager
def _only_the_seed() -> Iterator[None]:
    """Keep Hypothesis from taking words out of whatever modules happen to be imported by now.

    It does so with code outside `site-packages`, and the same seed would then give other cases.
    """
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    usual, nothing = providers._get_local_constants, Constants()
    providers._get_local_constants = lambda: nothing
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = usual
        providers.CONSTANTS_CACHE.cache.clear()


def require_engine() -> Any:
    """Return the library; UsageError, with the command that installs it, where it is missing."""
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


def _hook(wishes: Wishes) -> Callable[[Any, Any, dict[str, Any]], None]:
    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        if isinstance(case.body, dict):
            # Without this an unknown model is all that a server ever finds fault with.
            case.body.update({k: v for k, v in wishes.pinned.items() if k in case.body})

    return before_call


def _sessions(context: Any, wire: SchemaWire) -> Callable[..., Any]:
    """Return a maker of sessions that send over our wire; its own has no bound on a body."""
    from conformance.fuzz.schema_wire import adapter

    make = context.make_session

    def wired(*given: Any, **options: Any) -> Any:
        session = make(*given, **options)
        for scheme in ("http://", "https://"):
            session.mount(scheme, adapter(wire))
        return session

    return wired


def _tried(recorder: Any, wire: SchemaWire) -> Iterator[Tried]:
    for case_id, interaction in recorder.interactions.items():
        exchange = wire.exchanges.pop(case_id, None)
        if exchange is None:  # It could not be put into a message, and was never sent.
            continue
        checks = recorder.checks.get(case_id, [])
        broken = tuple(
            Departure(each.name, _words(each.failure_info.failure, wire.secrets))
            for each in checks
            if each.failure_info is not None
        )
        names = {each.check for each in broken}
        kept = tuple(each.name for each in checks if each.name not in names)
        yield Tried(recorder.label, exchange, interaction.response is not None, kept, broken)


def _words(failure: Any, secrets: Secrets) -> str:
    lines = [line.strip() for line in str(failure.message).splitlines() if line.strip()]
    return secrets.scrub_text(f"{failure.title}: {' '.join(lines)}"[:300])
