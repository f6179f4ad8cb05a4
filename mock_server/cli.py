"""`gonogo-mock`: words of a command line into settings, and a server on a port. Answers nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from mock_server.door_options import door, reached
from mock_server.gemma.commands import Stopped, doctor, prepare
from mock_server.gemma.options import model_options, modelled
from mock_server.grading.command import grade
from mock_server.keys import DEFAULT_KEY
from mock_server.pace_options import pace, paced
from mock_server.recording.commands import drift, record, seal
from mock_server.recording.options import replay_options, replaying
from mock_server.scripts.command import lint
from mock_server.state_options import shared, sharing, unshare
from mock_server.surface_options import surfaced, surfacing

if TYPE_CHECKING:
    from socket import socket

    from mock_server.settings import Settings

HINT = "pip install 'gonogo[mock]'"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A mock of a chat gateway that keeps its contract, or breaks it on demand."""


main.add_command(prepare)
main.add_command(doctor)
main.add_command(grade)
main.add_command(lint)
main.add_command(record)
main.add_command(seal)
main.add_command(drift)


@main.command()
@click.option("--port", default=8080, show_default=True, help="0 takes any free port.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--key", "keys", multiple=True, metavar="KEY[=MODEL,...]", help="Another key; for some models."
)
@click.option("--engine", default="seeded", show_default=True, help="Who writes the answers.")
@modelled
@click.option("--tokenizer", metavar="FILE", help="Count with this tokenizer.json.")
@replaying
@surfaced
@click.option("--fault", "faults", multiple=True, metavar="ID", help="Break one requirement.")
@click.option("--variant", "variants", multiple=True, metavar="NAME", help="Differ, legally.")
@click.option("--script", metavar="FILE", help="What to answer, in order; read again on change.")
@paced
@shared
@reached
@click.option(
    "--runner",
    type=click.Choice(["uvicorn", "granian"]),
    default="uvicorn",
    show_default=True,
    help="The server; granian is quicker, and knows nothing below HTTP.",
)
@click.option("--list-faults", is_flag=True, help="Print the faults and exit.")
@click.option("--list-variants", is_flag=True, help="Print the variants and exit.")
@click.option(
    "--ready-json", is_flag=True, help="Print one JSON line when ready, and nothing else."
)
def serve(
    port: int,
    host: str,
    keys: tuple[str, ...],
    engine: str,
    tokenizer: str | None,
    faults: tuple[str, ...],
    variants: tuple[str, ...],
    script: str | None,
    list_faults: bool,
    list_variants: bool,
    ready_json: bool,
    **more: Any,
) -> None:
    """Serve until interrupted."""
    try:
        from mock_server import engines
        from mock_server import faults as lies
        from mock_server import variants as differences
        from mock_server.settings import Settings, SettingsError
    except ModuleNotFoundError as error:
        raise Stopped(f"the mock needs {error.name}; install it with: {HINT}") from None
    if list_faults or list_variants:
        for register in [lies.fault] * list_faults + [differences.variant] * list_variants:
            for name, behaving in sorted(register.known().items()):
                click.echo(f"{name:44} {behaving[0].sentence}")
        return
    try:
        if more["workers"] > 1 and more["runner"] != "uvicorn":
            raise SettingsError(
                f"--runner {more['runner']} takes no --workers; leave one of them out"
            )
        if more["workers"] > 1 and (reason := engines.alone(engine)):
            raise SettingsError(f"--engine {engine} takes no --workers: {reason}")
        settings = Settings(
            keys=keys,
            engine=engine,
            engine_options={**model_options(more), **replay_options(more)},
            tokenizer=tokenizer,
            **surfacing(more),
            faults=faults,
            variants=variants,
            pace=pace(more),
            script=script,
            **sharing(more),
            control_token=secrets.token_urlsafe(18),
            control_hosts=(host, *more["control_host"]),
            door=door(more),
        )
        try:
            _serve(settings, host, port, ready_json, more["workers"], more["runner"])
        finally:
            unshare(settings.state)
    except SettingsError as error:
        raise Stopped(str(error)) from None
    except ModuleNotFoundError as error:
        if (error.name or "mock_server").startswith("mock_server"):
            raise
        raise Stopped(f"the mock needs {error.name}; install it with: {HINT}") from None


def _serve(
    settings: Settings, host: str, port: int, ready_json: bool, workers: int, runner: str
) -> None:
    from mock_server.server import listen, ready_line, run

    listening = listen(host, port)
    port = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    url = f"{settings.door.scheme}://{shown}:{port}"
    token = settings.control_token

    def ready(workers: Sequence[int] = ()) -> None:
        if ready_json:
            click.echo(ready_line(url, port, DEFAULT_KEY, token, workers))
            return
        click.echo(f"OPENAI_BASE_URL={url}/v1")
        click.echo(f"OPENAI_API_KEY={DEFAULT_KEY}")
        click.echo(f"GONOGO_CONTROL_URL={url}/__gonogo__/")
        click.echo(f"GONOGO_CONTROL_TOKEN={token}")
        click.echo(f"GONOGO_INSPECTOR={url}/__gonogo__/#{token}")

    with listening:
        if runner == "granian":
            _by_granian(settings, listening, ready)
            return
        if workers == 1:
            run(settings, listening, ready)
            return
        from mock_server.server.workers import run as run_workers

        run_workers(settings, listening, workers, ready)


def _by_granian(settings: Settings, listening: socket, ready: Callable[[], None]) -> None:
    try:
        from mock_server.server.by_granian import run
    except ModuleNotFoundError as error:
        if error.name != "granian":
            raise
        raise Stopped(
            "--runner granian needs granian; install it with: pip install 'gonogo[granian]'"
        ) from None
    run(settings, listening, ready)
