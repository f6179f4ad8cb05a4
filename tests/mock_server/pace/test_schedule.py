"""The schedule: repeatable, true to its distribution, and never drifting."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.pace import SAMPLES, SECOND, Chunk, Jitter, Pace, PaceError, Unit, duration

MS = SECOND // 1000
PLAIN = Pace(first_token=300 * MS, between_tokens=20 * MS)
VARIED = ["uniform:5ms", "normal:4ms", "lognormal:0.5", "exponential"]


def gaps(pace: Pace, number: int = 0, tokens: int = SAMPLES) -> list[int]:
    schedule = pace.schedule(number)
    times = [schedule.due(token) for token in range(tokens + 1)]
    return [later - sooner for sooner, later in itertools.pairwise(times)]


def varied(jitter: str, seed: int = 0) -> Pace:
    return Pace(500 * MS // 2, 300 * MS, 20 * MS, Jitter.read(jitter), seed=seed)


def test_without_jitter_every_gap_is_the_same() -> None:
    schedule = PLAIN.schedule(7)
    assert [schedule.due(token) for token in range(4)] == [300 * MS, 320 * MS, 340 * MS, 360 * MS]
    assert set(gaps(PLAIN)) == {20 * MS}


@pytest.mark.parametrize("jitter", VARIED)
def test_the_mean_is_kept_and_no_gap_is_negative(jitter: str) -> None:
    found = gaps(varied(jitter))
    assert min(found) >= 0
    assert sum(found) / SAMPLES == pytest.approx(20 * MS, rel=0.005)
    assert len(set(found)) > SAMPLES // 2


def test_distributions_have_their_own_shapes() -> None:
    deviation = {
        jitter: (sum((gap / MS - 20) ** 2 for gap in gaps(varied(jitter))) / SAMPLES) ** 0.5
        for jitter in VARIED
    }
    assert deviation["uniform:5ms"] == pytest.approx(5 / 3**0.5, rel=0.01)
    assert deviation["normal:4ms"] == pytest.approx(4, rel=0.01)
    assert deviation["lognormal:0.5"] == pytest.approx(
        20 * (2.718281828**0.25 - 1) ** 0.5, rel=0.03
    )
    assert deviation["exponential"] == pytest.approx(20, rel=0.01)
    assert max(gaps(varied("uniform:5ms"))) <= 25 * MS


@pytest.mark.parametrize("jitter", VARIED)
def test_the_same_seed_gives_the_same_times_and_another_seed_others(jitter: str) -> None:
    assert gaps(varied(jitter), 3, 50) == gaps(varied(jitter), 3, 50)
    assert gaps(varied(jitter), 3, 50) != gaps(varied(jitter), 4, 50)
    assert gaps(varied(jitter, seed=1), 3, 50) != gaps(varied(jitter), 3, 50)


@given(
    jitter=st.sampled_from(["constant", *VARIED]),
    number=st.integers(0, 1 << 40),
    tokens=st.lists(st.integers(0, 3 * SAMPLES), min_size=1, max_size=20),
)
def test_times_do_not_depend_on_when_they_are_asked_for(
    jitter: str, number: int, tokens: list[int]
) -> None:
    pace = varied(jitter)
    once = pace.schedule(number)
    times = {token: once.due(token) for token in tokens}
    assert all(pace.schedule(number).due(token) == due for token, due in times.items())
    ordered = [times[token] for token in sorted(times)]
    assert ordered == sorted(ordered)
    assert once.due(0) >= pace.first_byte


def test_a_long_answer_goes_round_the_table() -> None:
    schedule = varied("exponential").schedule(5)
    assert schedule.due(SAMPLES) - schedule.due(0) == schedule.due(2 * SAMPLES) - schedule.due(
        SAMPLES
    )


@pytest.mark.parametrize(
    ("told", "nanoseconds"),
    [
        ("300ms", 300 * MS),
        ("1.5s", 1500 * MS),
        ("2m", 120 * SECOND),
        ("1 h", 3600 * SECOND),
        ("7us", 7000),
        ("0", 0),
        (3, 3 * SECOND),
        (0.25, 250 * MS),
    ],
)
def test_durations_are_read(told: str | float, nanoseconds: int) -> None:
    assert duration(told) == nanoseconds


@pytest.mark.parametrize("told", ["", "3x", "-1s", "1e3", True, "ms", "90000s", "25h", "1 day"])
def test_what_is_no_duration_is_refused(told: str | float) -> None:
    with pytest.raises(PaceError, match=r"duration|longer than a day"):
        duration(told)


@pytest.mark.parametrize(
    "told",
    [
        "poisson",
        "normal",
        "normal:x",
        "constant:5ms",
        "exponential:1",
        "lognormal:9",
        "lognormal:a",
    ],
)
def test_what_is_no_jitter_is_refused(told: str) -> None:
    with pytest.raises(PaceError, match=r"jitter|duration"):
        Jitter.read(told)


def test_chunks_are_read_in_three_units() -> None:
    assert Chunk.read("4 tokens") == Chunk(4, Unit.TOKENS)
    assert Chunk.read("1word") == Chunk(1, Unit.WORDS)
    assert Chunk.read("16bytes") == Chunk(16, Unit.BYTES)
    for told in ("0bytes", "bytes", "4", "4 characters", "-1 words"):
        with pytest.raises(PaceError, match="no size of a chunk"):
            Chunk.read(told)


def test_a_pace_is_read_and_its_wrong_field_is_named() -> None:
    told = {"first_token": "300ms", "between_tokens": 0.02, "keep_alive": False, "seed": 4}
    assert Pace.read(told) == Pace(0, 300 * MS, 20 * MS, keep_alive=0, seed=4)
    with pytest.raises(PaceError, match=r"^between_tokens: 'x' is no duration"):
        Pace.read({"between_tokens": "x"})
    with pytest.raises(PaceError, match=r"^seed: 'x' is no whole number"):
        Pace.read({"seed": "x"})
