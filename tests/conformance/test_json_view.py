"""JSON read without trust."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import json_view
from tests.conformance import answers


@pytest.mark.parametrize(
    ("text", "problem", "offset"),
    [
        ("", "is empty", 0),
        (" \n", "is empty", 0),
        ("{", "is not JSON: expecting property name enclosed in double quotes at byte 1", 1),
        ('{"é": x}', "is not JSON: expecting value at byte 7", 7),
        ("[1] 2", "is not JSON: extra data at byte 4", 4),
        ("'a'", "is not JSON: expecting value at byte 0", 0),
        ('"a\nb"', "is not JSON: invalid control character at byte 2", 2),
        ("01", "is not JSON: extra data at byte 1", 1),
        ("[NaN, -Infinity]", "is not JSON: holds NaN, -Infinity", None),
    ],
)
def test_what_is_no_json_is_said_with_its_place(text, problem, offset) -> None:
    document = json_view.read(text)
    assert (document.problem, document.offset, document.ok) == (problem, offset, False)


def test_nesting_has_a_bound_and_brackets_in_strings_do_not_count() -> None:
    deep = json_view.read("[" * 100_000)
    assert deep.problem == "is nested deeper than 200 levels at byte 200"
    assert json_view.read('{"a":' * 100_000 + "1" + "}" * 100_000).problem.startswith("is nested")
    assert json_view.read("[" * 200 + "]" * 200).ok
    assert json_view.read(json.dumps(["[" * 500 + '\\"{{' * 500])).ok
    assert json_view.read("[" + "[]," * 5000 + "1]").ok
    assert not json_view.read('"' + '\\"' * 100_000 + "[" * 300).ok
    assert not json_view.read("[" * 300 + '"\\').ok


def test_numbers_have_a_bound_and_stay_no_integers() -> None:
    document = json_view.read(f"[{'9' * 1_000_000}, -{'1' * 2000}, 1.{'0' * 2000}, 7]")
    assert document.ok
    assert document.value == [float("inf"), float("-inf"), float("inf"), 7]
    assert len(document.long_numbers) == 3
    assert json_view.integer(document.value[0]) is None


def test_repeated_keys_are_named_once_each() -> None:
    document = json_view.read('{"a":1,"a":2,"a":3,"b":{"c":1,"c":1}}')
    assert document.value == {"a": 3, "b": {"c": 1}}
    assert sorted(document.duplicate_keys) == ["a", "c"]


def test_a_byte_order_mark_is_read_over_and_told() -> None:
    document = json_view.read("\ufeff[1, x]")
    assert (document.bom, document.offset) == (True, 7)
    assert json_view.read("\ufeff[1]").value == [1]


def test_half_a_surrogate_pair_is_told_and_a_whole_one_is_not() -> None:
    assert json_view.read('"\\ud83d"').lone_surrogates
    assert not json_view.read('"\\ud83d\\ude00"').lone_surrogates
    assert not json_view.read('"\\\\ud83d"').lone_surrogates


def test_digging_never_raises() -> None:
    document = json_view.read('{"a":[{"b":null}]}')
    assert document.at("a", 0, "b") is None
    for path in (("a", 1), ("a", "0"), (0,), ("a", 0, "b", "c"), ("x", "y")):
        assert document.at(*path) is json_view.ABSENT
    assert not json_view.ABSENT
    assert (document.fields, json_view.read("[]").fields) == (document.value, {})
    assert (json_view.string("x"), json_view.string(1)) == ("x", None)


def test_only_integers_are_integers() -> None:
    assert [json_view.integer(value) for value in (1, True, 1.0, "1", None)] == [1, *[None] * 4]
    named = [json_view.kind(value) for value in (json_view.ABSENT, None, True, 1, 1.0, "", [], {})]
    assert named == ["absent", "null", "boolean", "integer", "number", "string", "array", "object"]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='[]{}:,"\\ 0123eE.-NaIfintyrul\ud83d\ufeff', max_size=30))
def test_no_text_makes_it_raise(text) -> None:
    document = json_view.read(text)
    assert document.ok or document.problem


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='[]{}:,"\\ 0123eE.-NaIfintyrul', max_size=30))
def test_it_says_of_a_text_what_the_parser_of_the_library_says(text) -> None:
    document = json_view.read(text)
    failed = None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        failed = error
    if failed is None:
        assert json.dumps(document.value) == json.dumps(value)
    elif text.strip():
        assert document.offset == failed.pos
        assert document.problem.lower().startswith(f"is not json: {failed.msg.lower()[:12]}")
    else:
        assert document.problem == "is empty"


def test_one_reader_says_the_same_of_a_text_that_comes_again() -> None:
    reader = json_view.Reader()
    for text in ("{", "null", '"a"', '{"a":1,"a":2}', "x" * 300, "{"):
        assert reader.read(text) == reader.read(text) == json_view.read(text)
    assert reader.read("[]").value is not reader.read("[]").value


@settings(max_examples=100, deadline=None)
@given(answers.VALUES)
def test_what_is_json_comes_back_as_it_went(value) -> None:
    text = json.dumps(value)
    document = json_view.read(text)
    assert json.dumps(document.value) == text
    assert document.ok == ("NaN" not in text and "Infinity" not in text)
