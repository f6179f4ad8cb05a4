"""The options of a command about what stands beside chat. Serves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import click

OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "--spec",
        "spec",
        {"metavar": "FILE", "help": "Serve this OpenAPI document, not the contract."},
    ),
    (
        "--job-seconds",
        "job_seconds",
        {
            "default": 2.0,
            "type": click.FloatRange(0, 86_400),
            "metavar": "SECONDS",
            "show_default": True,
            "help": "How long a job takes.",
        },
    ),
    (
        "--media-url",
        "media_url",
        {
            "default": "",
            "metavar": "URL",
            "help": "Serve files of jobs at this host alone, such as http://localhost:8080.",
        },
    ),
    (
        "--webhook-to",
        "webhook_hosts",
        {"multiple": True, "metavar": "HOST", "help": "A host besides loopback to call back."},
    ),
)


def surfaced(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of what stands beside chat."""
    for name, key, words in reversed(OPTIONS):
        command = click.option(name, key, **words)(command)
    return command


def surfacing(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that these options name; raises SettingsError for a URL that is none."""
    from mock_server.settings import SettingsError

    media = options["media_url"].rstrip("/")
    parts = urlsplit(media)
    if media and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path):
        raise SettingsError(
            f"--media-url {media[:100]}: give scheme and host, such as http://localhost:8080"
        )
    return {name: options[name] for _, name, _ in OPTIONS} | {"media_url": media}
