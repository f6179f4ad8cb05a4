"""Requests sent behind one another without waiting: the second answer is the one that is kept."""

from __future__ import annotations

import pytest

from conformance.exchange import Ending, Sending
from tests.wire.scripted_server import Pause, Repeat, Step
from tests.wire.test_endings import OK, chat, converse, perform

FIRST = OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n"
SECOND = b"HTTP/1.1 404 Not Found\r\nX-Which: Second\r\nContent-Length: 6\r\n\r\nsecond"


@pytest.mark.parametrize("pieces", [(FIRST + SECOND,), (FIRST, Pause(0.05), SECOND), None])
def test_a_pipelined_request_keeps_the_answer_to_the_second(
    pieces: tuple[Step, ...] | None,
) -> None:
    """However the two answers are cut into pieces."""
    both_answers = FIRST + SECOND
    singly = tuple(both_answers[at : at + 1] for at in range(len(both_answers)))
    request = chat(body=b"hello", sending=Sending(pipelined=True))
    (got,), server = converse([request], pieces or singly)
    assert (got.ending, got.status, got.body) == (Ending.COMPLETE, 404, b"second")
    assert got.headers == (("X-Which", "Second"), ("Content-Length", "6"))
    assert server.connections == 1


@pytest.mark.parametrize(
    ("script", "ending"),
    [
        ((FIRST,), Ending.INCOMPLETE),
        ((OK + b"Connection: close\r\nContent-Length: 1\r\n\r\na",), Ending.INCOMPLETE),
        ((OK + b"\r\n", Repeat(b"x" * 65536)), Ending.TOO_LARGE),
        ((b"nonsense\r\n\r\n",), Ending.MALFORMED),
    ],
)
def test_a_pipelined_request_may_stay_without_an_answer(
    script: tuple[Step, ...], ending: Ending
) -> None:
    got = perform(chat(sending=Sending(pipelined=True)), *script)
    assert (got.ending, got.status) == (ending, None)
