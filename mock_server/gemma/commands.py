"""`gonogo-mock prepare` and `doctor`: words in, sentences out; the work is done elsewhere."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

WORTH_A_BAR = 64 * 2**20
ENDING = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""By name: no system knows all of them. A hang-up is the end of the terminal."""


class Stopped(click.ClickException):
    """Wrong use, or something that cannot be served: one sentence, exit code 2."""

    exit_code = 2


def named_paths(pairs: tuple[str, ...]) -> dict[str, Path]:
    """Read `NAME=PATH` words; raises Stopped for an illegal name, or one that comes twice."""
    from openapi import contract

    facts = contract().model
    paths: dict[str, Path] = {}
    for pair in pairs:
        name, _, path = pair.partition("=")
        if not path or (facts is not None and not facts.adapter_name_is_legal(name)):
            raise Stopped(
                f"--adapter takes NAME=PATH, and a name has letters, digits, '.', '_' and '-'; "
                f"'{pair}' is not that"
            )
        if name in paths:
            raise Stopped(f"--adapter names '{name}' twice")
        paths[name] = Path(path)
    return paths


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("destination", type=click.Path(path_type=Path))
@click.option("--adapter", "adapters", multiple=True, metavar="NAME=PATH", help="A LoRA adapter.")
@click.option("--baked", metavar="PATH", type=click.Path(path_type=Path), help="Bake one in.")
@click.option("--tokenizer", metavar="FILE", type=click.Path(path_type=Path))
def prepare(
    source: Path,
    destination: Path,
    adapters: tuple[str, ...],
    baked: Path | None,
    tokenizer: Path | None,
) -> None:
    """Make a servable folder of a Gemma.

    SOURCE is what the GenAI model builder wrote, or Hugging Face weights if the builder is
    installed. Its weights are linked, not copied. --baked makes one PEFT adapter part of the
    graph, for DirectML, which loads none.
    """
    try:
        from mock_server.gemma.builder import built
        from mock_server.gemma.prepare import PrepareError
        from mock_server.gemma.prepare import prepare as make
    except ModuleNotFoundError as error:
        raise Stopped(
            f"prepare needs {error.name}; install it with: pip install 'gonogo[gemma]'"
        ) from None
    paths = named_paths(adapters)
    try:
        with _told_to_stop(), built(source, click.echo, _aside) as folder:
            made = make(
                folder, destination, adapters=paths, baked=baked, tokenizer=tokenizer, watch=_watch
            )
    except PrepareError as error:
        raise Stopped(str(error)) from None
    click.echo(
        f"{made.path} is ready: {len(made.slots)} places for adapters, {len(paths)} adapters"
    )
    click.echo(f"gonogo-mock serve --engine gemma --model-dir {made.path}")


@click.command()
@click.option("--model-dir", metavar="FOLDER", type=click.Path(path_type=Path))
def doctor(model_dir: Path | None) -> None:
    """Say what the gemma engine could run on here, and what is in its way."""
    from mock_server.gemma.doctor import examine

    good = True
    for line in examine(model_dir):
        click.echo(f"{'ok ' if line.good else 'NO '} {line.text}")
        good = good and line.good
    if not good:
        raise SystemExit(1)


@contextlib.contextmanager
def _told_to_stop() -> Iterator[None]:
    """Turn a signal that ends a process into an exception, so that nothing half-made stays."""

    def stop(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    known = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    # Who runs it behind `nohup` has it ignored, and means it.
    ending = [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in ending}
    try:
        yield
    finally:
        for number, how in before.items():
            signal.signal(number, how)


def _aside(block: bytes) -> None:
    """Show how far another program is, where somebody looks on."""
    if sys.stderr.isatty():
        sys.stderr.buffer.write(block)
        sys.stderr.buffer.flush()


def _watch(what: str, size: int) -> Callable[[int], object]:
    if size < WORTH_A_BAR:
        return lambda done: None
    bar = click.progressbar(length=size, label=what, show_eta=True)
    bar.render_progress()

    def done(count: int) -> None:
        bar.update(count)
        if bar.pos >= size:
            bar.render_finish()

    return done
