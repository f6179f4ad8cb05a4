"""Lies about which of several wrongs decides: steps of admission out of their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.call import Call
from mock_server.faults import Steps, fault, instead, named
from mock_server.gateway import Gateway
from mock_server.problem import Problem


def _before(steps: Steps, step: str, first: str) -> Steps:
    """Return admission with one step moved in front of another."""
    moved = named(steps, step)
    rest = tuple(one for one in steps if one is not moved)
    place = rest.index(named(steps, first))
    return (*rest[:place], moved, *rest[place:])


def _order(name: str, words: str, change: Callable[[Steps], Steps]) -> None:
    def changed(steps: Steps) -> Steps:
        return change(steps)

    changed.__doc__ = words
    fault(name, at="admission")(changed)


def _asking(code: str, chosen: Callable[[Gateway, Call], bool], first: str) -> Any:
    """Return a change of admission that refuses some calls in front of a step."""

    def change(steps: Steps) -> Steps:
        def asks(gateway: Gateway, call: Call) -> None:
            if chosen(gateway, call):
                raise Problem(code, "It was looked at too early.")

        original = named(steps, first)
        place = steps.index(original)
        return (*steps[:place], asks, *steps[place:])

    return change


def _keyless(gateway: Gateway, call: Call) -> bool:
    del gateway
    return not call.incoming.header("authorization") and call.incoming.method != "OPTIONS"


def _poor(gateway: Gateway, call: Call) -> bool:
    return gateway.takes_body(call) and call.caller is not None and call.caller.balance == 0


def _early_window(steps: Steps) -> Steps:
    def model(gateway: Gateway, call: Call) -> None:
        window(gateway, call)
        original(gateway, call)

    window, original = named(steps, "window"), named(steps, "model")
    return instead(steps, "model", model)


_order(
    "errors.order-media-body",
    "Read the JSON before its label.",
    lambda steps: _before(steps, "media", "schema"),
)
_order(
    "errors.order-body-model",
    "Look the model up before the fields.",
    lambda steps: _before(steps, "model", "schema"),
)
_order("errors.order-model-window", "Measure the prompt before the model.", _early_window)
_order(
    "errors.order-quota-body",
    "Read the body before the rate.",
    lambda steps: _before(steps, "quota", "model"),
)
_order(
    "errors.order-path-key",
    "Ask for a key before the path.",
    _asking("missing_api_key", _keyless, "path"),
)
_order(
    "errors.order-method-key",
    "Ask for a key before the method.",
    _asking("missing_api_key", _keyless, "method"),
)
for _name, _step in (("body", "schema"), ("model", "model"), ("window", "window")):
    _order(
        f"errors.order-{_name}-wallet",
        f"Look into the wallet before the {_name}.",
        _asking("insufficient_credits", _poor, _step),
    )
