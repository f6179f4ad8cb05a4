"""`gonogo-mock record`, `seal` and `drift`: words in, sentences out; the work is done elsewhere."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from mock_server.gemma.commands import Stopped

HINT = "pip install 'gonogo[mock]'"
UNDECIDED = 3
"""Exit code where the upstream could not be asked, and nothing else is known to have drifted."""

folder_argument = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR"
)
upstream_option = click.option(
    "--upstream", required=True, metavar="URL", help="Base URL of the real gateway."
)
key_option = click.option(
    "--key-env", metavar="NAME", help="Environment variable with the key to send there."
)
seconds_option = click.option(
    "--timeout",
    default=120.0,
    type=click.FloatRange(0.1, 3600),
    metavar="SECONDS",
    show_default=True,
    help="How long it may be silent.",
)


@click.command()
@upstream_option
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--port", default=8081, show_default=True, help="0 takes any free port.")
@click.option("--host", default="127.0.0.1", show_default=True)
@key_option
@click.option("--redact", "patterns", multiple=True, metavar="PATTERN", help="Secret too.")
@seconds_option
@click.option("--ready-json", is_flag=True, help="Print one JSON line when ready, nothing else.")
def record(
    upstream: str,
    out: Path,
    port: int,
    host: str,
    key_env: str | None,
    patterns: tuple[str, ...],
    timeout: float,
    ready_json: bool,
) -> None:
    """Pass requests on to a real gateway, and keep what it answered as fixtures in DIR."""
    url, key = _url(upstream), _key(key_env)
    try:
        compiled = [re.compile(pattern.encode()) for pattern in patterns]
    except re.error as error:
        raise Stopped(f"--redact is no regular expression: {error}") from None
    _with_libraries(lambda: _record(url, out, host, port, key, compiled, timeout, ready_json))


@click.command()
@folder_argument
def seal(folder: Path) -> None:
    """Take over what was changed in the fixtures of DIR by hand: write their digests anew."""
    from mock_server.recording.fixture import SUFFIX, FixtureError, read

    if not folder.is_dir():
        raise Stopped(f"{folder.name}: there is no such folder")
    changed = 0
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            fixture = read(path, sealed=False)
        except FixtureError as error:
            raise Stopped(str(error)) from None
        if path.read_text(encoding="utf-8") != fixture.text():
            path.write_text(fixture.text(), encoding="utf-8")
            changed += 1
    click.echo(f"{changed} fixtures sealed anew")


@click.command()
@folder_argument
@upstream_option
@key_option
@click.option("--only", default="", metavar="TEXT", help="Only fixtures with this in their name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@seconds_option
@click.pass_context
def drift(
    context: click.Context,
    folder: Path,
    upstream: str,
    key_env: str | None,
    only: str,
    as_json: bool,
    timeout: float,
) -> None:
    """Ask a gateway again what was recorded in DIR, and tell what is answered otherwise today."""
    from mock_server.recording.fixture import FixtureError
    from mock_server.recording.fixture import folder as read_folder

    try:
        fixtures = [one for one in read_folder(folder) if only in one.name]
    except FixtureError as error:
        raise Stopped(str(error)) from None
    if not fixtures:
        raise Stopped(f"{folder.name} holds no fixture" + (f" with {only!r}" if only else ""))
    url, key = _url(upstream), _key(key_env)

    def run() -> None:
        from mock_server.recording.reporting import exit_code, report, told

        rows = report(fixtures, url, key, timeout)
        click.echo(json.dumps(rows, indent=2) if as_json else told(rows), nl=as_json)
        context.exit(exit_code(rows))

    _with_libraries(run)


def _record(
    url: str,
    out: Path,
    host: str,
    port: int,
    key: str | None,
    patterns: list[re.Pattern[bytes]],
    seconds: float,
    ready_json: bool,
) -> None:
    from mock_server.recording.shelf import Shelf
    from mock_server.server import listen, run_proxy
    from mock_server.settings import SettingsError

    try:
        shelf = Shelf(out, [key] if key else [], patterns)
        listening = listen(host, port)
    except OSError as error:
        raise Stopped(f"{out.name} cannot be written to: {error.strerror}") from None
    except SettingsError as error:
        raise Stopped(str(error)) from None
    port = listening.getsockname()[1]
    base = f"http://{f'[{host}]' if ':' in host else host}:{port}/v1"

    def ready() -> None:
        if ready_json:
            click.echo(json.dumps({"base_url": base, "port": port, "pid": os.getpid()}))
            return
        click.echo(f"OPENAI_BASE_URL={base}")
        click.echo(f"recording what {url} answers into {out}", err=True)

    def complain(sentence: str) -> None:
        click.echo(sentence, err=True)

    with listening:
        run_proxy(listening, url, shelf.keep, complain, key, seconds, ready)


def _with_libraries(work: Callable[[], Any]) -> None:
    try:
        work()
    except ModuleNotFoundError as error:
        if (error.name or "mock_server").startswith("mock_server"):
            raise
        raise Stopped(f"recording needs {error.name}; install it with: {HINT}") from None


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.username or parts.query or parts.fragment:
        raise Stopped(
            "--upstream: give the base URL of a gateway, such as https://gateway.example/v1, "
            "without user, query or fragment"
        )
    return text.rstrip("/")


def _key(name: str | None) -> str | None:
    if name is None:
        return None
    key = os.environ.get(name, "")
    if not key:
        raise Stopped(f"--key-env {name}: that environment variable is not set, or empty")
    return key
