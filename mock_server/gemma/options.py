"""The options of a command that only the gemma engine understands. Opens no model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from mock_server.gemma.commands import named_paths

GIB = 2**30
OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "--model-dir",
        "model_dir",
        {"metavar": "FOLDER", "help": "The gemma engine's model; or a small one."},
    ),
    (
        "--adapter",
        "adapters",
        {"multiple": True, "metavar": "NAME=PATH", "help": "A LoRA adapter."},
    ),
    (
        "--provider",
        "provider",
        {"metavar": "cpu|cuda|dml", "help": "What the gemma engine computes on."},
    ),
    (
        "--room",
        "room",
        {
            "type": click.FloatRange(0, 4096, min_open=True),
            "metavar": "GIB",
            "help": "Memory for all running requests of the gemma engine; or 4.",
        },
    ),
    (
        "--line",
        "line",
        {
            "type": click.IntRange(0, 100_000),
            "metavar": "N",
            "help": "Answers that may wait for that memory; or 256.",
        },
    ),
)


def modelled(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the gemma engine."""
    for name, key, words in reversed(OPTIONS):
        command = click.option(name, key, **words)(command)
    return command


def model_options(options: Mapping[str, Any]) -> dict[str, object]:
    """Return what was given of them, as the engine takes it; raises Stopped for a bad adapter."""
    given = {key: options[key] for _, key, _ in OPTIONS}
    given["adapters"] = named_paths(options["adapters"])
    if given["room"] is not None:
        given["room"] = int(given["room"] * GIB)
    return {name: value for name, value in given.items() if value not in (None, {}, "")}
