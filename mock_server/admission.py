"""The steps of admission that look at what is asked: each refuses, or notes what it learnt.

Knows nothing of their order, which is `gateway.ADMISSION`'s alone, nor who grants their wishes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from mock_server import parameters, turns
from mock_server.call import Call
from mock_server.keys import Upstream
from mock_server.problem import Problem, nearest
from mock_server.seams import Behaviour
from mock_server.state import Read, Wishes
from mock_server.text import NotJsonError, loads
from mock_server.text_completion import admitting
from mock_server.window import Window

if TYPE_CHECKING:
    from mock_server.gateway import Gateway

Step = Callable[["Gateway", Call], Wishes | None]

CHAT = "createChatCompletion"
TEXT = "createCompletion"
TAG = "x-aig-tag"
ALIAS = "eval:"
"""How a model begins that means the winner of an eval."""
PLAIN = Behaviour()
TAG_LIMIT = 64
"""Characters of a cost tag, as the contract's parameter has it; a test holds the two together."""
JSON_TYPE = re.compile(r"\s*application/json\s*(;.*)?", re.IGNORECASE | re.DOTALL)


def path(gateway: Gateway, call: Call) -> None:
    """404 for a path that is not the contract's."""
    route = gateway.routes.find(call.incoming.path)
    if route is None:
        route = gateway.surface.routes.find(call.incoming.path)
        call.beside = True
    if route is None:
        shown = call.incoming.path[:200]
        known = [*gateway.routes.paths(), *gateway.surface.routes.paths()]
        raise Problem(
            "unknown_url",
            f"Nothing lives at {shown}.{nearest(shown, known)} "
            "GET /openapi.json describes the API.",
        )
    if call.beside:
        # Lies and differences are about the contract; what stands beside it is plain.
        call.behaviour = PLAIN
    call.route = route
    call.arguments = route.arguments


def method(gateway: Gateway, call: Call) -> None:
    """405 for a method the path does not have."""
    del gateway
    assert call.route is not None
    call.operation = call.route.operation(call.incoming.method)
    if call.operation is None:
        allow = call.route.allow()
        raise Problem(
            "method_not_allowed",
            f"{call.incoming.path[:200]} takes {allow}, not {call.incoming.method[:20]}.",
            headers={"allow": allow},
        )


def media(gateway: Gateway, call: Call) -> None:
    """415 for a body that is not plain JSON by its label."""
    if not gateway.takes_body(call):
        return
    label = call.incoming.header("content-type")
    if label is None or not JSON_TYPE.fullmatch(label):
        got = "a body without a Content-Type" if label is None else repr(label[:100])
        raise Problem(
            "unsupported_media_type",
            f"The body must be labelled application/json, not {got}. Set the Content-Type header.",
        )
    coding = call.incoming.header("content-encoding")
    if coding and coding.strip().lower() != "identity":
        raise Problem(
            "unsupported_media_type",
            f"The body is encoded as {coding[:40]!r}, which is not offered. Send it uncompressed.",
        )


def size(gateway: Gateway, call: Call) -> Wishes:
    """413 for a body over the limit, which is not read to its end."""
    if not gateway.takes_body(call):
        return
    limit = gateway.settings.model.body_limit
    raw = call.ahead[0] if call.ahead is not None else (yield Read(limit))
    if raw is None:
        raise Problem(
            "request_too_large",
            f"The body is larger than {limit} bytes. Send a shorter conversation.",
        )
    call.raw = raw


def json(gateway: Gateway, call: Call) -> None:
    """400 for a body that is not one JSON object."""
    if not gateway.takes_body(call):
        return
    try:
        body = loads(call.raw)
    except NotJsonError as error:
        raise Problem(
            "invalid_json", f"The body is not valid JSON: {error}. Correct it and send it again."
        ) from None
    if not isinstance(body, dict):
        raise Problem("invalid_json", "The body must be a JSON object, such as {...}.")
    call.body = call.behaviour.body(body, call)
    call.streams = call.body.get("stream") is True


def schema(gateway: Gateway, call: Call) -> Wishes | None:
    """400 for a body or a cost tag that is not what the contract's schema says.

    What stands beside chat is read and checked here in one go, as its own document describes it.
    """
    if not gateway.takes_body(call):
        return gateway.surface.check(call) if call.beside else None
    tag = call.incoming.header(TAG)
    if tag is not None and len(tag) > TAG_LIMIT:
        raise Problem(
            "invalid_value",
            f"'{TAG}' holds {len(tag)} characters; at most {TAG_LIMIT} are allowed. Shorten it.",
            TAG,
        )
    if call.beside:
        gateway.surface.texts.check(call.body)
    else:
        gateway.validation.check(call.body)
        parameters.ceiling(call.body)
    return None


def conversation(gateway: Gateway, call: Call) -> None:
    """400 for messages that do not fold into a conversation."""
    if gateway.takes_body(call) and not call.beside:
        call.turns = turns.fold(call.body["messages"])


def model(gateway: Gateway, call: Call) -> Wishes | None:
    """404 for a model or an adapter nobody serves."""
    if not gateway.takes_body(call):
        return None
    if call.body["model"].startswith(ALIAS):
        return _alias(gateway, call)
    adapters = gateway.engine.adapters()
    call.base, call.adapter = parameters.selection(call.body, gateway.settings.model, adapters)
    return None


def _alias(gateway: Gateway, call: Call) -> Wishes:
    """Select what an alias means to the caller; one that means nothing is an unknown model."""
    adapters = gateway.engine.adapters()
    means = yield from gateway.surface.alias(call)
    body = {**call.body, "model": means or call.body["model"]}
    call.base, call.adapter = parameters.selection(body, gateway.settings.model, adapters)


def window(gateway: Gateway, call: Call) -> None:
    """400 for a prompt that leaves no room for an answer."""
    if not gateway.takes_body(call):
        return
    if call.beside:
        admitting.window(gateway, call)
        return
    tokens = gateway.engine.count(call.turns)
    cap = Window(gateway.settings.model.context_window).room(tokens, parameters.ceiling(call.body))
    call.completion = gateway.completion_id()
    prompt = parameters.prompt(
        call.body,
        base=call.base,
        adapter=call.adapter,
        turns=call.turns,
        tokens=tokens,
        cap=cap,
        occurrence=gateway.occurrence(call, call.turns),
    )
    call.prompt = call.behaviour.prompt(prompt, call)


def engine(gateway: Gateway, call: Call) -> None:
    """500 or 503 for a provider that fails or has no room."""
    if call.caller is None or not gateway.takes_body(call):
        return
    if call.caller.upstream is Upstream.DOWN:
        raise failed()
    if call.caller.upstream is Upstream.SATURATED:
        raise saturated(1)


def script(gateway: Gateway, call: Call) -> Wishes | None:
    """Whatever a script says, where the engine would be asked next."""
    return gateway.stage.play(gateway, call) if gateway.stage.plays(call) else None


def failed() -> Problem:
    """Return what a client is told when the engine broke."""
    return Problem("upstream_error", "The engine failed. Nothing was charged; try again.")


def broken_off() -> Problem:
    """Return what a client is told when the engine broke while it answered."""
    return Problem("upstream_error", "The engine failed while answering. Try again.")


def saturated(seconds: int) -> Problem:
    """Return what a client is told when the engine has no room."""
    return Problem(
        "overloaded",
        f"The engine is busy. Nothing was charged; come back in {seconds} seconds.",
        headers={"retry-after": str(seconds)},
    )
