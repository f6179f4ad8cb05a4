"""Guard: every failure of a command as one sentence and its exit code. Knows no command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from conformance.errors import KitError
from conformance.showing import visible


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn every failure into one sentence and its exit code; a bug of ours is exit 4."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from openapi import ContractError

        try:
            return command(*args, **kwargs)
        except KitError as error:
            click.echo(f"gonogo: {visible(error)}", err=True)
            sys.exit(error.exit_code)
        except ContractError as error:
            click.echo(f"gonogo: {visible(error)}", err=True)
            sys.exit(2)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.exit(1)
        except Exception as error:
            click.echo(
                f"gonogo: a bug of this kit: {type(error).__name__}: {visible(error)}", err=True
            )
            sys.exit(4)

    return run
