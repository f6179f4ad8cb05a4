"""The options of a command that let its answers take their time. Serves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mock_server.pace import Pace

OPTIONS = (
    ("first-byte", "DURATION", "Send nothing, not even a status, before this."),
    ("first-token", "DURATION", "The first token comes after this."),
    ("between-tokens", "DURATION", "From one token to the next."),
    (
        "jitter",
        "SPREAD",
        "How gaps vary: constant, uniform:5ms, normal:5ms, lognormal:0.5 or exponential.",
    ),
    ("chunk", "SIZE", "How much of a stream comes at once: 4tokens, 2words or 16bytes."),
    ("keep-alive", "DURATION", "A stream silent for so long gets a comment; 0 for never."),
    ("pace-seed", "N", "Another row of gaps."),
)


def paced(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a pace."""
    for name, metavar, words in reversed(OPTIONS):
        command = click.option(f"--{name}", metavar=metavar, help=words)(command)
    return command


def pace(options: Mapping[str, str | None]) -> Pace | None:
    """Return the pace that options name, or None where they name none.

    Takes those options out of a command's own; raises click's error for one that is wrong.
    """
    from mock_server.pace import Pace, PaceError

    told = {name.replace("-", "_"): options[name.replace("-", "_")] for name, _, _ in OPTIONS}
    given = {name.removeprefix("pace_"): value for name, value in told.items() if value is not None}
    try:
        return Pace.read(given) if given else None
    except PaceError as error:
        name, _, why = str(error).partition(":")
        option = "pace-seed" if name == "seed" else name.replace("_", "-")
        raise click.UsageError(f"--{option}:{why}") from None
