"""The mock on Ray Serve: `serve run mock_server.cluster:app file=cluster.toml`.

What a file may say stands in `plan`; what is made of it, in `deployments`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mock_server.cluster.plan import read
from mock_server.settings import SettingsError


def app(args: Mapping[str, str]) -> Any:
    """Return the Serve application that a file describes; `file` is the only argument.

    Raises SettingsError for a file that cannot be used.
    """
    path = args.get("file")
    if path is None or len(args) > 1:
        raise SettingsError("say which cluster: serve run mock_server.cluster:app file=FILE.toml")
    plan = read(Path(path))
    from mock_server.cluster.deployments import application

    return application(plan)
