"""Room for caches: first come, first served, counted in bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.gemma.room import Full, Room


def opened(size: int, line: int = 8) -> Room:
    room = Room(size, line)
    assert room.open() == []
    return room


def test_jobs_start_while_their_caches_fit():
    room = opened(10)
    assert room.ask([(1, 4), (2, 6)]) == [1, 2]
    assert room.ask([(3, 1)]) == []
    assert room.waiting == (3,)


def test_a_place_that_is_left_goes_to_the_first_in_line():
    room = opened(10)
    room.ask([(1, 10), (2, 9), (3, 1)])
    assert room.leave(1) == [2, 3]


def test_a_small_job_does_not_overtake_a_large_one():
    room = opened(10)
    room.ask([(1, 6), (2, 6)])
    assert room.ask([(3, 1)]) == []
    assert room.leave(1) == [2, 3]


def test_a_job_larger_than_the_room_runs_alone():
    room = opened(10)
    assert room.ask([(1, 100)]) == [1]
    assert room.ask([(2, 1)]) == []
    assert room.leave(1) == [2]


def test_a_full_line_turns_all_jobs_of_a_request_away():
    room = opened(10, line=2)
    room.ask([(1, 10), (2, 1)])
    with pytest.raises(Full):
        room.ask([(3, 1), (4, 1)])
    assert room.waiting == (2,)
    assert room.ask([(5, 1)]) == []


def test_nobody_starts_while_there_is_no_worker():
    room = Room(10, 8)
    assert room.ask([(1, 1)]) == []
    assert room.open() == [1]
    room.close()
    assert room.ask([(2, 1)]) == []


def test_one_who_waits_may_leave():
    room = opened(10)
    room.ask([(1, 10), (2, 10), (3, 10)])
    assert room.leave(2) == []
    assert room.leave(1) == [3]


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=40))
def test_the_room_is_never_overfull_and_nobody_is_forgotten(steps: list[tuple[int, bool]]):
    room, sizes = opened(10, line=100), {}
    for number, (size, leaves) in enumerate(steps):
        sizes[number] = size
        room.ask([(number, size)])
        if leaves and room.inside:
            room.leave(room.inside[0])
        used = sum(sizes[job] for job in room.inside)
        assert used <= 10 or len(room.inside) == 1
        assert room.inside or not room.waiting
    for _ in steps:
        if room.inside:
            room.leave(room.inside[0])
    assert (room.inside, room.waiting) == ((), ())
