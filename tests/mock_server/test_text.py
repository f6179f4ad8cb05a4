"""JSON text: strict where two readers could differ, quick where they cannot."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.text import NotJsonError, dumps, loads

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@settings(max_examples=50)
@given(VALUES)
def test_what_json_writes_is_read_back(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=3, separators=(" , ", " : "))):
        assert loads(text.encode()) == value
    assert loads(dumps(value)) == value


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=4), VALUES, min_size=1), st.booleans())
def test_a_key_that_stands_twice_is_refused_wherever_it_is(
    members: dict[str, Any], deep: bool
) -> None:
    pairs = [f"{json.dumps(key)} :{json.dumps(value)}" for key, value in members.items()]
    text = "{" + ",".join([*pairs, pairs[0]]) + "}"
    with pytest.raises(NotJsonError, match="stands twice"):
        loads((f'{{"in":[{text}]}}' if deep else text).encode())


@pytest.mark.parametrize(
    "text",
    [rb'{"a":1,"a":"\u003a"}', rb'{"a":"\u003A","a":1}', b'{"a":":","a":":"}', b'{"":1,"":1}'],
)
def test_a_colon_in_a_string_hides_no_key(text: bytes) -> None:
    with pytest.raises(NotJsonError, match="stands twice"):
        loads(text)


def test_nesting_that_is_read_but_not_written_is_no_reason_to_refuse() -> None:
    text = b'{"a":' * 500 + b"1" + b"}" * 500
    assert depth_of(loads(text)) == 500


def depth_of(value: Any) -> int:
    depth = 0
    while isinstance(value, dict):
        value, depth = value["a"], depth + 1
    return depth


@pytest.mark.parametrize("text", [b"{", b"", b"NaN", b"[Infinity]", b"\xff", b'"\\ud800"', b"01"])
def test_what_is_not_json_is_refused_with_a_place(text: bytes) -> None:
    with pytest.raises(NotJsonError, match=r"line \d+ column \d+"):
        loads(text)


def test_deep_nesting_is_refused_and_does_no_harm() -> None:
    for text in (b"[" * 10**6, b'{"a":' * 10**5 + b"1" + b"}" * 10**5):
        with pytest.raises(NotJsonError):
            loads(text)
