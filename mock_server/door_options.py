"""The options of a command that say how a mock is reached, and how long it waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mock_server.door import Door

SECONDS = {"type": click.FloatRange(0, min_open=True), "metavar": "SECONDS"}

OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--tls-cert", {"metavar": "FILE", "help": "Serve HTTPS with this certificate, in PEM."}),
    ("--tls-key", {"metavar": "FILE", "help": "Its key, where that is in another file."}),
    (
        "--control-host",
        {
            "multiple": True,
            "metavar": "NAME",
            "help": "A host name by which the control API may be asked, besides this machine's.",
        },
    ),
    ("--head-seconds", {**SECONDS, "help": "How long a request's head may take.  [default: 10]"}),
    ("--body-pause", {**SECONDS, "help": "How long a body may stand still.  [default: 30]"}),
    ("--body-seconds", {**SECONDS, "help": "How long a body may take.  [default: 300]"}),
    (
        "--stall-seconds",
        {**SECONDS, "help": "How long a client may take nothing of an answer.  [default: 120]"},
    ),
)
BOUNDS = ("head_seconds", "body_pause", "body_seconds", "stall_seconds")


def reached(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a door."""
    for name, words in reversed(OPTIONS):
        command = click.option(name, **words)(command)
    return command


def door(options: Mapping[str, Any]) -> Door:
    """Return the door that options name; raises SettingsError for a certificate that is none."""
    from mock_server.door import Door

    certificate, key = options["tls_cert"], options["tls_key"]
    if certificate or key:
        from mock_server.server.tls import check

        check(certificate, key, options["runner"])
    bounds = {name: options[name] for name in BOUNDS if options[name] is not None}
    return Door(certificate=certificate, private_key=key, **bounds)
