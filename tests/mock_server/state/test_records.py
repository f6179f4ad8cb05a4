"""Counters, records and logs: what others keep in the shared state."""

from typing import Any

from mock_server.state import (
    Count,
    Find,
    Forget,
    Keep,
    Listed,
    Note,
    Noted,
    Tallied,
    Wishes,
    granted,
)
from mock_server.state.memory import build
from tests.mock_server.driving import LOOP


def test_a_counter_counts_and_can_be_read() -> None:
    state = build("memory")
    assert [state.grant(Count("a"), 0) for _ in range(3)] == [1, 2, 3]
    assert state.grant(Count("a", by=0), 0) == 3
    assert state.grant(Count("a", by=-3), 0) == 0
    assert state.grant(Count("b"), 0) == 1


def test_a_record_is_kept_found_listed_and_forgotten() -> None:
    state = build("memory")
    assert state.grant(Find("job", "1"), 0) is None
    assert state.grant(Listed("job"), 0) == {}
    for name in ("2", "1"):
        assert state.grant(Keep("job", name, {"name": name}), 0)
    assert state.grant(Keep("job", "2", {"name": "two"}), 0)
    assert state.grant(Find("job", "2"), 0) == {"name": "two"}
    assert list(state.grant(Listed("job"), 0)) == ["2", "1"], "oldest first"
    assert state.grant(Keep("job", "2", None), 0)
    assert state.grant(Listed("job"), 0) == {"1": {"name": "1"}}
    assert state.grant(Listed("eval"), 0) == {}


def test_who_was_slower_is_told_and_changes_nothing() -> None:
    state = build("memory")
    assert state.grant(Keep("job", "1", {"a": 1, "b": 2}, was=None), 0)
    assert not state.grant(Keep("job", "1", {"a": 3}, was=None), 0)
    assert not state.grant(Keep("job", "1", {"a": 3}, was={"a": 1}), 0)
    assert state.grant(Find("job", "1"), 0) == {"a": 1, "b": 2}
    assert state.grant(Keep("job", "1", {"a": 3}, was={"b": 2, "a": 1}), 0), "in any order of keys"
    assert state.grant(Keep("job", "1", None, was={"a": 3}), 0)
    assert state.grant(Find("job", "1"), 0) is None


def test_nothing_is_shared_by_mistake() -> None:
    state, record = build("memory"), {"list": [1]}
    state.grant(Keep("job", "1", record), 0)
    record["list"].append(2)
    found = state.grant(Find("job", "1"), 0)
    found["list"].append(3)
    assert state.grant(Find("job", "1"), 0) == {"list": [1]}


def test_a_log_keeps_the_last_and_counts_all() -> None:
    state = build("memory")
    assert state.grant(Noted("seen"), 0) == (0, [])
    for number in range(5):
        assert state.grant(Note("seen", {"n": number}, most=3), 0) == number + 1
    assert state.grant(Noted("seen"), 0) == (5, [{"n": 2}, {"n": 3}, {"n": 4}])
    assert state.grant(Tallied("seen"), 0) == {}
    for tally in ("good", "bad", "good"):
        state.grant(Note("seen", {}, 3, tally), 0)
    assert state.grant(Tallied("seen"), 0) == {"good": 2, "bad": 1}
    assert state.grant(Forget("seen"), 0)
    assert state.grant(Noted("seen"), 0) == (0, [])
    assert state.grant(Tallied("seen"), 0) == {}


def test_a_flow_of_wishes_is_granted_and_returns() -> None:
    def flow() -> Wishes:
        first: int = yield Count("a")
        second: int = yield Count("a")
        return [first, second]

    async def answer() -> Any:
        return await granted(build("memory"), flow(), lambda: 0)

    assert LOOP.run_until_complete(answer()) == [1, 2]
