"""Lies no answer may ever tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from traceback import format_stack

from mock_server.call import Call
from mock_server.completion import Piece
from mock_server.faults import Pieces, fault
from mock_server.problem import Problem


@fault("always.no-key-shown", at="problem")
def repeats_the_key(problem: Problem, call: Call) -> Problem:
    """Repeat the key it was given when it refuses it."""
    sent = call.incoming.header("authorization") or ""
    return replace(problem, message=f"{problem.message} You sent {sent}.")


@fault("always.no-server-error", at="problem")
def breaks_down(problem: Problem, call: Call) -> Problem:
    """Break down with 500 over a bad request."""
    del call
    if problem.status != 400:
        return problem
    return replace(problem, status=500, type="server_error", code="upstream_error")


@fault("always.no-trace", at="problem")
def shows_its_stack(problem: Problem, call: Call) -> Problem:
    """Show where in its own code it refused."""
    del call
    trace = "".join(["Traceback (most recent call last):\n", *format_stack(limit=2)])
    return replace(problem, message=problem.message + trace)


@fault("always.no-template-marks", at="pieces")
async def shows_the_template(pieces: Pieces, call: Call) -> Pieces:
    """End the answer with a mark of the chat template."""
    del call
    async for piece in pieces:
        for shown in _marked(piece):
            yield shown


def _marked(piece: Piece) -> Iterator[Piece]:
    if piece.finish is None:
        yield piece
    else:
        yield replace(piece, text=piece.text + "<end_of_turn>")
