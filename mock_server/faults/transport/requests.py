"""Lies about how a request is read: its label, its headers, its path, its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mock_server.call import Call
from mock_server.faults import Steps, fault, instead, named, without
from mock_server.gateway import Gateway
from mock_server.message import Incoming
from mock_server.problem import Problem
from mock_server.settings import Settings


def _dislikes(
    name: str, words: str, seen: Callable[[Incoming], bool], status: int = 400, code: str = ""
) -> None:
    """Register a refusal of calls that should be answered."""

    def act(steps: Steps) -> Steps:
        def conversation(gateway: Gateway, call: Call) -> None:
            if gateway.takes_body(call) and seen(call.incoming):
                problem = Problem(code or "invalid_value", "This is not wanted here.")
                raise replace(problem, status=status)
            original(gateway, call)

        original = named(steps, "conversation")
        return instead(steps, "conversation", conversation)

    act.__doc__ = words
    fault(name, at="admission")(act)


def _label(incoming: Incoming) -> str:
    return incoming.header("content-type") or ""


def _accept(incoming: Incoming) -> str:
    return incoming.header("accept") or "*/*"


_dislikes("transport.post-answers", "Find no chat.", lambda _: True, 404, "unknown_url")
_dislikes(
    "transport.media-type-parameters",
    "Refuse a media type with parameters.",
    lambda incoming: ";" in _label(incoming),
    415,
)
_dislikes(
    "transport.media-type-case",
    "Compare the media type by case.",
    lambda incoming: _label(incoming) != _label(incoming).lower(),
    415,
)
_dislikes(
    "transport.unknown-headers",
    "Refuse the headers of SDKs.",
    lambda incoming: incoming.header("x-stainless-lang") is not None,
)
_dislikes(
    "transport.cost-tag",
    "Take cost tags of 63 characters at most.",
    lambda incoming: len(incoming.header("x-aig-tag") or "") > 63,
)
_dislikes(
    "transport.query-ignored",
    "Find nothing where there is a query.",
    lambda incoming: bool(incoming.query),
    404,
    "unknown_url",
)
_dislikes(
    "transport.chunked-request",
    "Insist on a length.",
    lambda incoming: incoming.header("transfer-encoding") is not None,
    411,
)
_dislikes(
    "transport.expect-continue",
    "Refuse whoever waits to be told to go on.",
    lambda incoming: incoming.header("expect") is not None,
    417,
)
_dislikes(
    "transport.accept-no-stream-answered",
    "Refuse whoever accepts events and asks for none.",
    lambda incoming: "event-stream" in _accept(incoming),
    406,
)
_dislikes(
    "transport.request-id-survived",
    "Break on a long id.",
    lambda incoming: len(incoming.header("x-request-id") or "") > 1000,
    500,
    "upstream_error",
)


@fault("transport.accept-ignored", at="admission")
def insists_on_accept(steps: Steps) -> Steps:
    """Refuse a stream to whoever does not accept event streams by name."""

    def conversation(gateway: Gateway, call: Call) -> None:
        accepted = _accept(call.incoming)
        if call.streams and "text/event-stream" not in accepted and "*/*" not in accepted:
            raise Problem(
                "invalid_value", "Accept must be text/event-stream for streams.", "stream"
            )
        original(gateway, call)

    original = named(steps, "conversation")
    return instead(steps, "conversation", conversation)


@fault("transport.accept-no-stream", at="admission")
def lets_accept_decide(steps: Steps) -> Steps:
    """Stream to whoever accepts event streams, asked or not."""

    def conversation(gateway: Gateway, call: Call) -> None:
        call.streams = call.streams or "event-stream" in _accept(call.incoming)
        original(gateway, call)

    original = named(steps, "conversation")
    return instead(steps, "conversation", conversation)


def _reads(name: str, words: str, labelled: Callable[[str], bool]) -> None:
    """Register a reader of bodies that are not labelled as JSON."""

    def act(steps: Steps) -> Steps:
        def media(gateway: Gateway, call: Call) -> None:
            if not labelled(_label(call.incoming)):
                original(gateway, call)

        original = named(steps, "media")
        return instead(steps, "media", media)

    act.__doc__ = words
    fault(name, at="admission")(act)


_reads("transport.text-body-refused", "Read text as JSON.", lambda it: it.startswith("text/"))
_reads("transport.form-body-refused", "Read forms as JSON.", lambda it: "form" in it)
_reads("transport.missing-media-type-refused", "Read what is not labelled.", lambda it: not it)


@fault("transport.text-body-refused/any", at="admission")
def takes_any_media_type(steps: Steps) -> Steps:
    """Read bodies whatever they are labelled."""
    return without(steps, "media")


@fault("transport.text-body-415", at="problem")
def calls_it_a_bad_request(problem: Problem, call: Call) -> Problem:
    """Refuse a media type with 400."""
    del call
    return replace(problem, status=400) if problem.status == 415 else problem


@fault("transport.compressed-body", at="problem")
def breaks_on_gzip(problem: Problem, call: Call) -> Problem:
    """Break on a compressed body."""
    packed = call.incoming.header("content-encoding") is not None
    return replace(problem, status=500) if packed else problem


@fault("transport.body-limit", at="settings")
def reads_everything(settings: Settings) -> Settings:
    """Read bodies of any size."""
    return replace(settings, model=replace(settings.model, body_limit=2**40))


@fault("transport.body-at-limit", at="settings")
def counts_from_one(settings: Settings) -> Settings:
    """Refuse a body of exactly the limit."""
    return replace(
        settings, model=replace(settings.model, body_limit=settings.model.body_limit - 1)
    )
