"""Whole answers, read tolerantly."""

import pytest
from hypothesis import given, settings

from conformance import completion_view
from conformance.json_view import ABSENT
from conformance.oddity import Strange
from tests.conformance import answers


def test_a_good_answer_gives_its_parts_and_nothing_odd() -> None:
    view = completion_view.of_document(answers.completion())
    choice = view.choice()
    assert choice is not None
    assert (view.id, view.model, view.object) == ("chatcmpl-1", "m", "chat.completion")
    assert (choice.text, choice.role, choice.finish) == ("Hé!", "assistant", "stop")
    assert view.oddities == ()
    assert view.fingerprint is ABSENT


@pytest.mark.parametrize(
    ("choices", "kind", "pointer"),
    [
        (ABSENT, Strange.MISSING, "/choices"),
        (5, Strange.WRONG_TYPE, "/choices"),
        ([], Strange.EMPTY_CHOICES, "/choices"),
        ([5], Strange.WRONG_TYPE, "/choices/0"),
        ([{"index": 0, "finish_reason": "stop"}], Strange.MISSING, "/choices/0/message"),
    ],
)
def test_choices_of_the_wrong_shape_are_noted(choices, kind, pointer) -> None:
    document = answers.completion()
    if choices is ABSENT:
        del document["choices"]
    else:
        document["choices"] = choices
    (oddity,) = completion_view.of_document(document).oddities
    assert (oddity.kind, oddity.pointer, oddity.event) == (kind, pointer, None)


def test_parts_of_a_choice_are_noted_at_their_places() -> None:
    choice = {"index": 1.0, "delta": {}, "message": {"role": 1}, "finish_reason": ""}
    view = completion_view.of_document(answers.completion(choices=[choice]))
    assert [oddity.pointer.removeprefix("/choices/0/") for oddity in view.oddities] == [
        "index",
        "delta",
        "message/role",
        "message/content",
        "finish_reason",
    ]
    assert view.odd(Strange.DELTA_IN_ANSWER)[0].value == {}


def test_choices_come_by_index_and_a_repeated_one_stays() -> None:
    choices = [{"index": index, "message": {"content": str(index)}} for index in (1, 0, 1)]
    view = completion_view.of_document(answers.completion(choices=choices))
    assert [choice.index for choice in view.choices] == [0, 1, 1]
    assert view.choice(7) is None


@settings(max_examples=150, deadline=None)
@given(answers.VALUES | answers.almost_chunks())
def test_no_document_makes_it_raise(value) -> None:
    view = completion_view.of_document(value)
    assert all(choice.text.encode() is not None for choice in view.choices)
