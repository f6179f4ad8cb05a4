"""Rounds: jobs join and leave between any two tokens, and a long prompt lets the others by."""

from mock_server.gemma.job import End, Gone, Job, Token
from mock_server.gemma.rounds import (
    FIRST_SLICE,
    SLICE_SECONDS,
    SMALLEST_SLICE,
    STEP_SECONDS,
    Rounds,
)


class Clock:
    """Time passes while a prompt is read, so many seconds an id, and while a token is made."""

    def __init__(self, each: float, step: float) -> None:
        self.seconds, self.each, self.step = 0.0, each, step

    def __call__(self) -> float:
        return self.seconds


class Counting:
    """A sequence that says how many ids it has read, then counts on."""

    def __init__(self, log: list[tuple[int, int]], clock: Clock, job: Job) -> None:
        self.log, self.clock, self.job, self.length = log, clock, job, 0

    def read(self, ids: list[int]) -> None:
        self.log.append((self.job.id, len(ids)))
        self.clock.seconds += self.clock.each * len(ids)
        self.length += len(ids)

    def step(self):
        self.length += 1
        self.clock.seconds += self.clock.step
        if self.length == 7:
            raise ValueError("seven is refused")
        return self.length, None, ()


FAST, SLOW = 1e-6, 1.0


def rounds(each: float = FAST, step: float = SLOW) -> tuple[Rounds, list[tuple[int, int]]]:
    log: list[tuple[int, int]] = []
    clock = Clock(each, step)
    return Rounds(lambda job: Counting(log, clock, job), clock), log


def job(number: int, prompt: int, cap: int = 3, ends: list[int] | None = None) -> Job:
    return Job(number, [9] * prompt, cap, ends or [])


def test_everyone_gets_one_token_a_turn():
    turns, _ = rounds()
    turns.add(job(1, 10))
    turns.add(job(2, 20))
    assert turns.turn() == [Token(1, 11), Token(2, 21)]


def test_of_a_quick_model_everyone_gets_some_tokens_a_turn():
    turns, _ = rounds(step=STEP_SECONDS / 2)
    turns.add(job(1, 10))
    turns.add(job(2, 20))
    assert turns.turn() == [Token(1, 11), Token(1, 12), Token(2, 21), Token(2, 22)]
    assert turns.turn() == [Token(1, 13, End.LENGTH), Token(2, 23, End.LENGTH)]
    assert not turns.busy


def test_the_last_allowed_token_ends_a_job_by_length():
    turns, _ = rounds()
    turns.add(job(1, 10, cap=2))
    turns.turn()
    assert turns.turn() == [Token(1, 12, End.LENGTH)]
    assert not turns.busy


def test_an_end_token_ends_a_job_even_on_the_last_allowed_token():
    turns, _ = rounds()
    turns.add(job(1, 10, cap=1, ends=[11]))
    assert turns.turn() == [Token(1, 11, End.STOP)]


def test_a_long_prompt_is_read_in_slices_between_the_others_steps():
    turns, log = rounds(SLOW)
    turns.add(job(2, 10, cap=9))
    assert turns.turn() == [Token(2, 11)]
    turns.add(job(1, FIRST_SLICE + 2 * SMALLEST_SLICE, cap=9))
    assert turns.turn() == [Token(2, 12)]
    assert turns.turn() == [Token(2, 13)]
    assert [event.job for event in turns.turn()] == [2, 1]
    assert [size for number, size in log if number == 1] == [FIRST_SLICE, 16, 16]


def test_slow_prompts_take_turns_by_slices_and_the_others_wait_for_one_of_them():
    turns, log = rounds(SLOW)
    turns.add(job(1, 3 * SMALLEST_SLICE))
    turns.add(job(2, 2 * SMALLEST_SLICE))
    while not turns.turn():
        pass
    assert log == [(1, 16), (2, 16), (1, 16), (2, 16)]


def test_prompts_that_are_read_quickly_are_read_in_one_round():
    turns, _ = rounds(FAST)
    for number in range(1, 9):
        turns.add(job(number, 14))
    assert [event.job for event in turns.turn()] == [*range(1, 9)]


def test_slices_grow_as_far_as_the_others_can_bear_it():
    turns, log = rounds(SLICE_SECONDS / 100)
    turns.add(job(1, 1000))
    while not turns.turn():
        pass
    sizes = [size for _, size in log]
    assert sizes[:3] == [16, 32, 64]
    assert all(98 <= size <= 100 for size in sizes[3:-1])


def test_the_last_slice_of_a_prompt_is_never_small():
    turns, log = rounds(SLOW)
    turns.add(job(1, 3 * SMALLEST_SLICE + 1))
    while not turns.turn():
        pass
    assert [size for _, size in log] == [16, 16, 17]


def test_a_job_can_be_cancelled_between_two_slices_of_its_prompt():
    turns, log = rounds(SLOW)
    turns.add(job(1, 5000))
    turns.turn()
    turns.cancel(1)
    assert turns.turn() == [Gone(1)]
    assert log == [(1, FIRST_SLICE)]
    assert not turns.busy


def test_cancelling_a_job_that_has_ended_is_no_news():
    turns, _ = rounds()
    turns.cancel(1)
    assert not turns.busy


def test_a_job_that_breaks_leaves_the_others_alone():
    turns, _ = rounds()
    turns.add(job(1, 6))
    turns.add(job(2, 20))
    assert turns.turn() == [Gone(1, "seven is refused"), Token(2, 21)]


def test_a_job_that_cannot_start_is_gone():
    def refuse(job: Job) -> Counting:
        raise ValueError("no such adapter")

    turns = Rounds(refuse, Clock(FAST, SLOW))
    turns.add(job(1, 5))
    assert turns.turn() == [Gone(1, "no such adapter")]
