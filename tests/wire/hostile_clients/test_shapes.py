"""Hostile clients: whatever they send, they are answered in time, and nobody is harmed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.wire.hostile_clients.bodies import BODIES
from tests.wire.hostile_clients.client import Answer, play
from tests.wire.hostile_clients.contents import CONTENTS
from tests.wire.hostile_clients.heads import HEADS
from tests.wire.hostile_clients.shape import Shape
from tests.wire.hostile_clients.stronghold import HASTY, MEMORY, Stronghold, stronghold
from tests.wire.scripted_server import HOLD, Repeat

pytestmark = pytest.mark.xdist_group("hostile-clients")

SHAPES: dict[str, Shape] = {**HEADS, **BODIES, **CONTENTS}
BOUND = 20.0
"""Seconds that tell an end from a hang, even on a machine that is busy with other things."""
SECRET = "sk-Zq8-of-somebody-4711"
LEAKS = (SECRET, "Traceback", 'File "', "site-packages", "mock_server", "root:x:0")


@pytest.fixture(scope="module")
def mock() -> Iterator[Stronghold]:
    with stronghold(*HASTY, "--key", SECRET) as running:
        yield running


@pytest.mark.parametrize("name", SHAPES)
def test_a_hostile_client_gets_its_answer_in_time_and_harms_nobody(
    name: str, mock: Stronghold
) -> None:
    shape = SHAPES[name]
    got = play(mock.port, shape.script, BOUND)
    assert got.seconds < BOUND
    assert got.statuses in shape.statuses
    assert not [answer for answer in got.answers if answer.status >= 500]
    assert not [leak for leak in LEAKS if leak.encode() in got.raw]
    for answer in got.answers:
        explained(answer)
    if shape.says:
        assert shape.says in got.answers[-1].document()["error"]["message"]
    if HOLD in shape.script or any(isinstance(act, Repeat) for act in shape.script):
        assert got.ended
    assert mock.well()
    assert mock.memory() < MEMORY


def explained(answer: Answer) -> None:
    """A refusal says in a few words what is wrong; no header was slipped in."""
    assert "set-cookie" not in answer.headers
    if answer.status >= 400:
        error = answer.document()["error"]
        assert error["type"]
        assert 10 < len(error["message"]) < 1_000
        assert "\x1b" not in error["message"]


def test_there_are_more_than_sixty_shapes() -> None:
    assert len(SHAPES) > 150


def test_nothing_stays_open_when_the_strangers_have_left(mock: Stronghold) -> None:
    assert mock.well()
    before = mock.descriptors()
    for name in ("half a head", "nonsense behind a stream", "a drip of body"):
        play(mock.port, SHAPES[name].script, BOUND)
    deadline = time.monotonic() + BOUND
    while mock.descriptors() > before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert mock.descriptors() <= before
    ledger = mock.control("ledger")
    assert ledger["held"] == 0
