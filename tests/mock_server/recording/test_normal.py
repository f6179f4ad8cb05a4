"""Normal requests: what means the same has one key, and differences are told by their place."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.recording.normal import MISSING, differences, key, normal
from tests.mock_server.recording.fixtures import asked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (asked({"a": 1, "b": 2}), asked({"b": 2, "a": 1})),
        (asked({"a": 1}), asked({"a": 1.0})),
        (asked({"a": 1}), asked({"a": 1, "b": None})),
        (asked(b'{"a": 1}'), asked(b'{\n"a":1}')),
        (asked(b'"\\u00fc"'), asked('"ü"'.encode())),
        (asked({}, query="a=1&b=2"), asked({}, query="b=2&a=1")),
        (asked({}, headers={"content-type": "application/json"}), asked({}, headers={})),
        (
            asked(
                b"--x\r\na\r\n--x--", headers={"content-type": "multipart/form-data; boundary=x"}
            ),
            asked(
                b"--y\r\na\r\n--y--", headers={"content-type": "multipart/form-data; boundary=y"}
            ),
        ),
    ],
)
def test_what_means_the_same_has_one_key(one: Any, other: Any) -> None:
    assert key(normal(one)) == key(normal(other))
    assert list(differences(normal(one), normal(other))) == []


@pytest.mark.parametrize(
    ("one", "other", "places"),
    [
        (asked({"a": 1}), asked({"a": 2}), ["a"]),
        (asked({"a": 1}), asked({"a": "1"}), ["a"]),
        (asked({"a": 1}), asked({"a": True}), ["a"]),
        (asked({"m": [{"c": "x"}]}), asked({"m": [{"c": "y"}]}), ["m[0].c"]),
        (asked({"m": [1]}), asked({"m": [1, 2]}), ["m"]),
        (asked({"a": {}}), asked({"a": {"b": 1}}), ["a.b"]),
        (asked({}), asked({}, path="/v1/other"), ["path"]),
        (asked({}), asked({}, method="PUT"), ["method"]),
        (asked({}), asked({}, query="a=1"), ["query"]),
        (asked(b"x"), asked(b"y"), ["body"]),
    ],
)
def test_what_means_something_else_is_told_by_its_place(
    one: Any, other: Any, places: list[str]
) -> None:
    assert key(normal(one)) != key(normal(other))
    found = list(differences(normal(one), normal(other)))
    assert [place for place, _, _ in found] == places


def test_what_is_ignored_does_not_count() -> None:
    one, other = asked({"a": 1, "m": {"t": 1, "u": 2}}), asked({"m": {"u": 2}})
    ignored = ["a", "m.t", "x.y", "m.u.z"]
    assert key(normal(one, ignored)) == key(normal(other, ignored))


def test_a_difference_shows_both_sides_and_neither_at_length() -> None:
    one, other = asked({"a": "x" * 500}), asked({"b": 1})
    told = {place: sides for place, *sides in differences(normal(one), normal(other))}
    assert told["b"] == [MISSING, "1"]
    assert told["a"][1] == MISSING
    assert len(told["a"][0]) == 80
