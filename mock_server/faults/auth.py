"""Lies about who is calling."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import Steps, fault, headers, instead, knowing_the_body_at, named, taken
from mock_server.gateway import Gateway
from mock_server.kept import Kept
from mock_server.keys import DEFAULT_KEY
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.state import Wishes

Opens = Callable[[str | None, Call], bool]
"""Whether an Authorization header opens the door that should stay shut."""


def _open(name: str, words: str, opens: Opens) -> None:
    """Register a door that lets some callers in who have no key."""

    def act(steps: Steps) -> Steps:
        def key(gateway: Gateway, call: Call) -> Wishes:
            try:
                yield from taken(original, gateway, call)
            except Problem:
                if not opens(call.incoming.header("authorization"), call):
                    raise
                call.caller = gateway.keys.caller(DEFAULT_KEY)

        original = named(steps, "key")
        return instead(steps, "key", key)

    act.__doc__ = words
    fault(name, at="admission")(act)


def _key(sent: str | None) -> str:
    return (sent or "").partition(" ")[2].strip()


_open("auth.no-key-refused", "Ask for no key.", lambda sent, _: not sent)
_open("auth.wrong-key-refused", "Take any key.", lambda sent, _: bool(_key(sent)))
_open("auth.empty-key-refused", "Take an empty key.", lambda sent, _: sent == "Bearer")
_open(
    "auth.shorter-key-refused",
    "Take the beginning of a key.",
    lambda sent, _: len(_key(sent)) > 8 and DEFAULT_KEY.startswith(_key(sent)),
)
_open(
    "auth.longer-key-refused",
    "Take a key with something behind it.",
    lambda sent, _: _key(sent).startswith(DEFAULT_KEY),
)
_open("auth.key-case", "Take a key in any case.", lambda sent, _: _key(sent).lower() == DEFAULT_KEY)
_open(
    "auth.basic-refused",
    "Take a key under any scheme.",
    lambda sent, _: _key(sent) == DEFAULT_KEY,
)
_open("auth.bare-key-refused", "Take a key without a scheme.", lambda sent, _: sent == DEFAULT_KEY)
_open(
    "auth.models-refused",
    "Show the list of models to anyone.",
    lambda _, call: call.incoming.path.endswith("/models"),
)
_open(
    "auth.detail-refused",
    "Show a model to anyone.",
    lambda _, call: "/models/" in call.incoming.path,
)


def _of_wrong_keys(chosen: Callable[[int], bool]) -> Opens:
    """Open the door to some wrong keys, by how many came before."""
    wrong = Kept(itertools.count)
    return lambda sent, call: bool(_key(sent)) and chosen(next(wrong.at(call)))


_open(
    "auth.not-remembered",
    "Take the first wrong key, since right ones came before it.",
    _of_wrong_keys(lambda before: before == 0),
)
_open(
    "auth.stable",
    "Take every other wrong key.",
    _of_wrong_keys(lambda before: before % 2 == 1),
)


def _replied(status: int, code: str, words: str) -> Callable[[Reply, Call], Reply]:
    def reply(reply: Reply, call: Call) -> Reply:
        return replace(reply, status=status) if call.code == code else reply

    reply.__doc__ = words
    return reply


fault("auth.no-key-401", at="reply")(_replied(403, "missing_api_key", "Refuse no key with 403."))
fault("auth.wrong-key-401", at="reply")(
    _replied(400, "invalid_api_key", "Refuse a wrong key with 400.")
)


@fault("auth.stream-refused", at="reply")
def in_a_stream(reply: Reply, call: Call) -> Reply:
    """Tell a stream's wrong key inside a stream that has begun with 200."""
    if reply.status != 401 or b'"stream":true' not in call.raw.replace(b" ", b""):
        return reply
    labelled = headers(reply, {"content-type": "text/event-stream", "content-length": None})
    return replace(labelled, status=200, body=b"data: " + reply.body + b"\n\n")


fault("auth.stream-refused", at="admission")(knowing_the_body_at("key"))


def _worded(code: str, name: str, value: object, words: str) -> Callable[..., dict[str, Any]]:
    def document(document: dict[str, Any], call: Call) -> dict[str, Any]:
        if call.code == code and "error" in document:
            document["error"][name] = value
        return document

    document.__doc__ = words
    return document


fault("auth.no-key-type", at="document")(
    _worded("missing_api_key", "type", "server_error", "Call a missing key a server_error.")
)
fault("auth.no-key-code", at="document")(
    _worded("missing_api_key", "code", "invalid_api_key", "Call a missing key an invalid one.")
)
fault("auth.wrong-key-type", at="document")(
    _worded("invalid_api_key", "type", "forbidden", "Call a wrong key forbidden.")
)
fault("auth.wrong-key-code", at="document")(
    _worded("invalid_api_key", "code", "bad_token", "Give a wrong key the code bad_token.")
)


def _challenge(value: str | None, words: str) -> Callable[[Problem, Call], Problem]:
    def problem(problem: Problem, call: Call) -> Problem:
        del call
        if problem.status != 401:
            return problem
        return replace(problem, headers={"www-authenticate": value} if value else {})

    problem.__doc__ = words
    return problem


fault("auth.challenge", at="problem")(_challenge(None, "Refuse a key without a challenge."))
fault("auth.challenge-bearer", at="problem")(
    _challenge('Basic realm="gateway"', "Challenge for Basic.")
)
fault("auth.challenge-bare", at="problem")(
    _challenge('Bearer error="invalid_token"', "Say that a missing token is invalid.")
)
fault("auth.challenge-invalid", at="problem")(
    _challenge("Bearer", "Say nothing of an invalid token.")
)


def _unauthorized(name: str, words: str, sent: Callable[[str], bool]) -> None:
    """Register a door that stays shut to some who have the key."""

    def act(steps: Steps) -> Steps:
        def key(gateway: Gateway, call: Call) -> Wishes:
            if sent(call.incoming.header("authorization") or ""):
                raise Problem("invalid_api_key", "The API key is not valid.")
            yield from taken(original, gateway, call)

        original = named(steps, "key")
        return instead(steps, "key", key)

    act.__doc__ = words
    fault(name, at="admission")(act)


_unauthorized("auth.scheme-case", "Compare the scheme by case.", lambda sent: sent[:1] == "b")
_unauthorized("auth.scheme-space", "Take one space and no more.", lambda sent: "  " in sent)


@fault("auth.valid-after-wrong", at="admission")
def locks_out(steps: Steps) -> Steps:
    """Lock everybody out after three wrong keys."""
    wrong = 0

    def key(gateway: Gateway, call: Call) -> Wishes:
        nonlocal wrong
        if wrong > 12:
            raise Problem("invalid_api_key", "Too many wrong keys.")
        try:
            yield from taken(original, gateway, call)
        except Problem:
            wrong += 1
            raise

    original = named(steps, "key")
    return instead(steps, "key", key)


@fault("auth.before-body", at="admission")
def looks_at_the_body_first(steps: Steps) -> Steps:
    """Check the body before the key."""
    late = [step for step in steps if step.__name__ in ("key", "quota")]
    rest = [step for step in steps if step not in late]
    at = next(place for place, step in enumerate(rest) if step.__name__ == "model")
    return (*rest[:at], *late, *rest[at:])


@fault("auth.before-model", at="admission")
def looks_at_the_model_first(steps: Steps) -> Steps:
    """Look the model up before the key, where the body is sound."""

    def key(gateway: Gateway, call: Call) -> Wishes:
        if b"no-such-model" in call.raw:
            raise Problem("model_not_found", "Nobody serves that model.", "model")
        yield from taken(original, gateway, call)

    original = named(steps, "key")
    early = instead(steps, "key", key)
    media = [step for step in early if step.__name__ in ("media", "size")]
    rest = [step for step in early if step not in media]
    at = next(place for place, step in enumerate(rest) if step is key)
    return (*rest[:at], *media, *rest[at:])


@fault("auth.refusal-empty", at="document")
def answers_all_the_same(document: dict[str, Any], call: Call) -> dict[str, Any]:
    """Refuse a wrong key, and answer."""
    if call.code == "invalid_api_key":
        message = {"role": "assistant", "content": "Hello! How can I help?"}
        document["choices"] = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return document
