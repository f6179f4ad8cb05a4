"""The options of a command that give recorded answers again. Reads no fixture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("--fixtures", "fixtures", {"metavar": "DIR", "help": "What the replay engine gives again."}),
    (
        "--fallback",
        "fallback",
        {"metavar": "ENGINE", "help": "Who answers what was not recorded; by default 404 does."},
    ),
    (
        "--ignore",
        "ignore",
        {
            "multiple": True,
            "metavar": "PATH",
            "help": "Of a request, what does not count, such as metadata.trace.",
        },
    ),
    ("--timed", "timed", {"is_flag": True, "help": "As slowly as it was recorded."}),
)


def replaying(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a replay."""
    for name, key, words in reversed(OPTIONS):
        command = click.option(name, key, **words)(command)
    return command


def replay_options(options: Mapping[str, Any]) -> dict[str, object]:
    """Return what of these options an engine is to know."""
    return {name: options[name] for _, name, _ in OPTIONS if options[name]}
