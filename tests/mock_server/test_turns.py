"""Folding: what a two-role template is given of a conversation with four."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.problem import Problem
from mock_server.turns import fold


def said(*turns: str) -> list[dict[str, Any]]:
    """`s` system, `d` developer, `u` user, `a` assistant; the text is the rest."""
    roles = {"s": "system", "d": "developer", "u": "user", "a": "assistant"}
    return [{"role": roles[turn[0]], "content": turn[1:]} for turn in turns]


@pytest.mark.parametrize(
    ("messages", "turns"),
    [
        (["uhi"], [("user", "hi")]),
        (["sbe kind", "uhi"], [("user", "be kind\n\nhi")]),
        (["sone", "dtwo", "uhi"], [("user", "one\n\ntwo\n\nhi")]),
        (["uone", "utwo"], [("user", "one\n\ntwo")]),
        (
            ["uone", "atwo", "athree", "ufour"],
            [("user", "one"), ("assistant", "two\n\nthree"), ("user", "four")],
        ),
        (
            ["uone", "atwo", "slater", "uthree"],
            [("user", "one"), ("assistant", "two"), ("user", "later\n\nthree")],
        ),
        (["uone", "slast"], [("user", "one\n\nlast")]),
    ],
)
def test_turns_are_folded_and_merged(messages: list[str], turns: list[tuple[str, str]]) -> None:
    assert [(turn.role, turn.text) for turn in fold(said(*messages))] == turns


def test_parts_of_a_text_are_joined_in_order() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert fold([{"role": "user", "content": parts}])[0].text == "ab"


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (["sonly"], "holds no message with role 'user'"),
        (["aone"], "holds no message with role 'user'"),
        (["aone", "utwo"], "begins with the assistant"),
        (["sbe", "aone", "utwo"], "begins with the assistant"),
        (["uone", "atwo"], "ends with the assistant"),
        (["uone", "atwo", "sthree"], "ends with instructions"),
    ],
)
def test_a_conversation_the_template_cannot_render_is_400(messages: list[str], words: str) -> None:
    with pytest.raises(Problem) as refused:
        fold(said(*messages))
    assert words in refused.value.message
    assert (refused.value.status, refused.value.param) == (400, "messages")


@given(st.lists(st.sampled_from(["s1", "d2", "u3", "a4"]), min_size=1, max_size=12))
def test_whatever_folds_alternates_and_loses_no_word(messages: list[str]) -> None:
    try:
        turns = fold(said(*messages))
    except Problem:
        return
    roles = [turn.role for turn in turns]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
    words = "\n\n".join(turn.text for turn in turns).split("\n\n")
    assert sorted(words) == sorted(message[1:] for message in messages)
