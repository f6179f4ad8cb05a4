"""The mock on Ray Serve: `serve run mock_server.cluster:app file=cluster.toml`.

What a file may say stands in `plan`; what is made of it, in `deployments`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from mock_server.cluster.plan import read
from mock_server.settings import SettingsError


def app(args: Mapping[str, str]) -> Any:
    """Return the Serve application that a file describes; `file` is the only argument.

    Raises click's error for a file that cannot be used, which `serve` prints as a sentence.
    """
    path = args.get("file")
    if path is None or len(args) > 1:
        raise click.ClickException(
            "say which cluster: serve run mock_server.cluster:app file=FILE.toml"
        )
    try:
        plan = read(Path(path))
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    from mock_server.cluster.deployments import application

    return application(plan)
