"""The foreman replaces workers that die, tear their reports or hang; here they are scripts."""

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mock_server.gemma.foreman import DIED, PATIENCE, Foreman, WorkerError
from mock_server.gemma.job import End, Gone, Job, Token
from mock_server.gemma.room import Room

SECONDS = 60.0
READY = """
import json, sys, time, pathlib
born = pathlib.Path(sys.argv[1], "born")
lives = len(born.read_text()) if born.exists() else 0
born.write_text("x" * (lives + 1))
def say(text): sys.stdout.write(text); sys.stdout.flush()
def report(**what): say(json.dumps(what) + chr(10))
def orders():
    for line in sys.stdin:
        ((verb, words),) = json.loads(line).items()
        if verb == "job": yield words["id"]
"""
ANSWERS = """
for job in orders(): report(events=[[job, 7, 1]])
"""


@pytest.fixture
def foreman(tmp_path: Path) -> Iterator[Callable[..., Foreman]]:
    made: list[Foreman] = []

    def make(script: str, *, silence: float = SECONDS) -> Foreman:
        (tmp_path / "worker.py").write_text(READY + script)
        program = (sys.executable, str(tmp_path / "worker.py"))
        one = Foreman(tmp_path, "cpu", Room(100, 100), silence=silence, program=program)
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


def asked(foreman: Foreman, number: int) -> Token | Gone:
    """What becomes of a job."""
    news: queue.SimpleQueue[Token | Gone] = queue.SimpleQueue()
    foreman.submit([(Job(number, [1], 1, []), 1, news.put)])
    return news.get(timeout=SECONDS)


def test_a_worker_that_was_killed_amid_a_report_is_replaced(foreman: Callable[..., Foreman]):
    one = foreman(
        """
report(ready=["1"])
if lives == 0:
    next(orders()); say('{"events": [[1, 7, '); sys.exit(9)
"""
        + ANSWERS
    )
    one.start()
    first = one.process_id
    assert asked(one, 1) == Gone(1, DIED)
    assert asked(one, 2) == Token(2, 7, End.STOP)
    assert one.process_id != first


def test_a_worker_that_hangs_is_ended_and_replaced(foreman: Callable[..., Foreman]):
    one = foreman(
        """
report(ready=["1"])
if lives == 0: time.sleep(1000)
"""
        + ANSWERS,
        silence=0.5,
    )
    one.start()
    assert asked(one, 1) == Gone(1, DIED)
    one._silence = SECONDS
    assert asked(one, 2) == Token(2, 7, End.STOP)


def test_a_worker_that_has_nothing_to_do_may_be_silent(foreman: Callable[..., Foreman]):
    one = foreman("report(ready=['1'])" + ANSWERS, silence=0.1)
    one.start()
    first = one.process_id
    threading.Event().wait(0.5)
    one._silence = SECONDS
    assert asked(one, 1) == Token(1, 7, End.STOP)
    assert one.process_id == first


def test_a_worker_that_never_comes_up_is_an_error(foreman: Callable[..., Foreman]):
    with pytest.raises(WorkerError, match="the model worker died before the model was loaded"):
        foreman("sys.exit(1)").start()


def test_workers_that_keep_dying_are_given_up(foreman: Callable[..., Foreman]):
    one = foreman("if lives: sys.exit(1)\nreport(ready=['1']); next(orders())")
    one.start()
    assert asked(one, 1) == Gone(1, DIED)
    # Who comes while the next ones die is told at the latest when the last of them has.
    assert asked(one, 2) == Gone(2, DIED)
    with pytest.raises(WorkerError, match=DIED):
        one.submit([(Job(3, [1], 1, []), 1, lambda event: None)])
    assert PATIENCE == 3
