"""Lies about HTTP itself."""

from __future__ import annotations

from dataclasses import replace

from mock_server.call import Call
from mock_server.faults import Steps, fault, headers, instead, named, without
from mock_server.gateway import Gateway
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.settings import Settings


@fault("transport.request-id", at="reply")
def sends_no_request_id(reply: Reply, call: Call) -> Reply:
    """Leave out x-request-id."""
    del call
    return headers(reply, {"x-request-id": None})


@fault("transport.request-id/repeated", at="reply")
def repeats_its_request_id(reply: Reply, call: Call) -> Reply:
    """Give every answer the same x-request-id."""
    del call
    return headers(reply, {"x-request-id": "req_1"})


@fault("transport.body-limit", at="settings")
def reads_everything(settings: Settings) -> Settings:
    """Read bodies of any size."""
    return replace(settings, model=replace(settings.model, body_limit=2**40))


@fault("transport.media-type-refused", at="admission")
def takes_any_media_type(steps: Steps) -> Steps:
    """Read bodies whatever they are labelled."""
    return without(steps, "media")


@fault("transport.allow-header", at="problem")
def names_no_method(problem: Problem, call: Call) -> Problem:
    """Refuse a method without saying which are allowed."""
    del call
    return replace(problem, headers={}) if problem.status == 405 else problem


@fault("transport.accept-ignored", at="admission")
def insists_on_accept(steps: Steps) -> Steps:
    """Refuse a stream to whoever does not accept event streams by name."""

    def conversation(gateway: Gateway, call: Call) -> None:
        accepted = call.incoming.header("accept") or "*/*"
        if call.streams and "text/event-stream" not in accepted and "*/*" not in accepted:
            raise Problem(
                "invalid_value", "Accept must be text/event-stream for streams.", "stream"
            )
        original(gateway, call)

    original = named(steps, "conversation")
    return instead(steps, "conversation", conversation)


@fault("transport.cors-exposes-headers", at="settings")
def shuns_browsers(settings: Settings) -> Settings:
    """Send no CORS headers."""
    return replace(settings, cors=False)
