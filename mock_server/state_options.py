"""The options of a command that say who may ask, and what is kept where. Serves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "--keys",
        "keys_file",
        {"metavar": "FILE", "help": "Accounts of your own, in TOML; see docs/accounts.md."},
    ),
    (
        "--state",
        "state",
        {
            "default": "memory",
            "metavar": "memory|redis://...",
            "show_default": True,
            "help": "Where quotas, wallets and records are kept.",
        },
    ),
    (
        "--workers",
        "workers",
        {
            "default": 1,
            "type": click.IntRange(1, 256),
            "show_default": True,
            "help": "Processes that answer on the port; more than one need a Redis.",
        },
    ),
    (
        "--lease",
        "lease",
        {
            "default": 600,
            "type": click.IntRange(1, 86_400),
            "metavar": "SECONDS",
            "show_default": True,
            "help": "After which a hold that nobody settled comes back.",
        },
    ),
)


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of accounts and state."""
    for name, key, words in reversed(OPTIONS):
        command = click.option(name, key, **words)(command)
    return command


def sharing(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that these options name; raises SettingsError where they cannot be.

    A state that processes share is asked whether it is there, and takes on what it was born as.
    """
    from mock_server.keys_file import accounts
    from mock_server.settings import SettingsError
    from mock_server.state import backend

    address, workers = options["state"], options["workers"]
    if workers > 1 and address.startswith("memory"):
        raise SettingsError(
            f"--workers {workers} needs a state that processes share: in memory each would have "
            "wallets and limits of its own. Add --state redis://HOST:PORT/0"
        )
    prepared = getattr(backend(address), "prepared", None)
    return {
        "accounts": accounts(options["keys_file"]) if options["keys_file"] else {},
        "state": prepared(address, workers) if prepared else address,
        "lease": options["lease"],
    }


def unshare(address: str) -> None:
    """Forget a state that was shared by this mock alone, now that it has stopped."""
    from mock_server.state import backend

    finished = getattr(backend(address), "finished", None)
    if finished is not None:
        finished(address)
