"""Lies about who is calling."""

from __future__ import annotations

from dataclasses import replace

from mock_server.call import Call
from mock_server.faults import Steps, fault, instead, named
from mock_server.gateway import Gateway
from mock_server.keys import DEFAULT_KEY
from mock_server.problem import Problem


@fault("auth.key-required", at="admission")
def asks_no_key(steps: Steps) -> Steps:
    """Take whoever brings no key for the usual caller."""

    def key(gateway: Gateway, call: Call) -> None:
        if call.incoming.header("authorization"):
            original(gateway, call)
        else:
            call.caller = gateway.keys.caller(DEFAULT_KEY)

    original = named(steps, "key")
    return instead(steps, "key", key)


@fault("auth.wrong-key-refused", at="admission")
def takes_any_key(steps: Steps) -> Steps:
    """Take whoever brings a key nobody has for the usual caller."""

    def key(gateway: Gateway, call: Call) -> None:
        try:
            original(gateway, call)
        except Problem as problem:
            if problem.code != "invalid_api_key":
                raise
            call.caller = gateway.keys.caller(DEFAULT_KEY)

    original = named(steps, "key")
    return instead(steps, "key", key)


@fault("auth.challenge", at="problem")
def challenges_nobody(problem: Problem, call: Call) -> Problem:
    """Refuse a key without a WWW-Authenticate header."""
    del call
    return replace(problem, headers={}) if problem.status == 401 else problem


@fault("auth.before-body", at="admission")
def looks_at_the_body_first(steps: Steps) -> Steps:
    """Check the body before the key."""
    late = [step for step in steps if step.__name__ in ("key", "quota")]
    rest = [step for step in steps if step not in late]
    at = next(place for place, step in enumerate(rest) if step.__name__ == "model")
    return (*rest[:at], *late, *rest[at:])
