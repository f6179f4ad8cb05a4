"""Conditions: which requests they hold of, and what is said where they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.scripts.facts import Facts
from mock_server.scripts.matching import conditions
from tests.mock_server.driving import MODEL, ask, body
from tests.mock_server.scripts.playing import explained, play

TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is the weather in Bergen?"},
    {"role": "assistant", "content": "It rains."},
    {"role": "developer", "content": [{"type": "text", "text": "Really."}]},
    {
        "role": "user",
        "content": [{"type": "text", "text": "And "}, {"type": "text", "text": "Oslo?"}],
    },
]
FACTS = Facts(
    {
        "model": f"{MODEL}:pirate",
        "messages": TALK,
        "stream": True,
        "temperature": 0,
        "stream_options": {"include_usage": True},
        "seed": 1,
    },
    {"x-team": "blue", "authorization": "Bearer sk-mine"},
    "createChatCompletion",
    "mock",
    "sk-mine",
)


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        ({"model": f"{MODEL}:pirate"}, True),
        ({"model": MODEL}, False),
        ({"model": {"contains": "gemma"}}, True),
        ({"adapter": "pirate"}, True),
        ({"adapter": "json"}, False),
        ({"adapter": False}, False),
        ({"adapter": True}, True),
        ({"last": "And Oslo?"}, True),
        ({"last": "Oslo"}, False),
        ({"last": {"contains": "Oslo"}}, True),
        ({"last": {"contains": "Bergen"}}, False),
        ({"last": {"pattern": r"^And \w+\?$"}}, True),
        ({"last": {"pattern": r"(?i)oslo"}}, True),
        ({"last": {"pattern": r"^Oslo"}}, False),
        ({"system": "Be brief.\n\nReally."}, True),
        ({"system": False}, False),
        ({"anywhere": {"contains": "Bergen"}}, True),
        ({"anywhere": "It rains."}, True),
        ({"anywhere": {"contains": "Paris"}}, False),
        ({"account": "mock"}, True),
        ({"account": {"pattern": "^key-"}}, False),
        ({"key": "sk-mine"}, True),
        ({"key": "sk-min"}, False),
        ({"header": {"X-Team": "blue"}}, True),
        ({"header": {"x-team": {"contains": "red"}}}, False),
        ({"header": {"x-team": True, "x-other": False}}, True),
        ({"header": {"x-other": True}}, False),
        ({"body": {"temperature": 0}}, True),
        ({"body": {"temperature": False}}, False),
        ({"body": {"seed": True}}, False),
        ({"body": {"stream_options.include_usage": True}}, True),
        ({"body": {"stream_options.other.deep": 1}}, False),
        ({"turns": 2}, True),
        ({"turns": 3}, False),
        ({"turns": {"least": 2}}, True),
        ({"turns": {"most": 1}}, False),
        ({"turns": {"least": 1, "most": 5}}, True),
        ({"stream": True}, True),
        ({"stream": False}, False),
        ({"operation": "any"}, True),
        ({"operation": "listModels"}, False),
        ({}, True),
        ({"stream": True, "turns": 1}, False),
    ],
)
def test_a_match_holds_of_the_request_or_does_not(match: dict[str, Any], holds: bool) -> None:
    assert all(each.holds(FACTS) for each in conditions(match)) is holds


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["model", "messages", "role", "content", "text", "stream", "lora"]),
                inner,
                max_size=5,
            )
        ),
    ).filter(lambda value: isinstance(value, dict))
)
def test_a_malformed_request_never_breaks_a_condition(sent: dict[str, Any]) -> None:
    facts = Facts(sent, {}, "", None, None)
    match = {
        "model": {"contains": "x"},
        "adapter": "pirate",
        "last": {"pattern": "a"},
        "system": True,
        "anywhere": {"contains": "x"},
        "account": "mock",
        "key": "k",
        "header": {"x": "y"},
        "body": {"messages.role": 1},
        "turns": {"least": 1},
        "stream": True,
    }
    found = conditions(match)
    assert len(found) == len(match) + 1
    assert all(isinstance(each.mismatch(facts).got, str) for each in found)
    assert {each.holds(facts) for each in found} <= {True, False}


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", r"match\.last\.pattern is no regular expression: missing \)"),
        ("a(?=b)", r"looks around or refers back.*write it without"),
        (r"(a)\1", r"looks around or refers back"),
        ("(x{1000}){1000}", r"cannot be|bounded time; write a simpler one"),
    ],
)
def test_a_pattern_that_cannot_be_matched_in_bounded_time_is_refused(
    pattern: str, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        conditions({"last": {"pattern": pattern}})


def test_a_pattern_that_would_run_for_ages_elsewhere_comes_back() -> None:
    (found,) = conditions({"operation": "any", "last": {"pattern": "^(a+)+$"}})
    sent = {"messages": [{"role": "user", "content": "a" * 400_000 + "b"}]}
    # A matcher that backtracks would still be at it when the sun goes out.
    assert not found.holds(Facts(sent, {}, "", "", ""))


def test_half_a_surrogate_pair_is_matched_like_any_text() -> None:
    (found,) = conditions({"operation": "any", "last": {"pattern": "^.x$"}})
    facts = Facts({"messages": [{"role": "user", "content": "\ud800x"}]}, {}, "", "", "")
    assert found.holds(facts)


def test_what_speaks_against_a_step_is_told_in_three_parts(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        """
        [[steps]]
        name = "paris"
        match = { last = { contains = "Paris" }, turns = 3, header = { x-api-key = "right" } }
        reply = { text = "no" }
        [[steps]]
        name = "once"
        reply = { text = "yes", times = 1 }
        [[steps]]
        name = "rest"
        reply = {}
        then = [{ status = 503 }]
        [[steps]]
        name = "late"
        reply = { text = "late" }
        """,
    )
    key = {"x-api-key": "sk-very-secret"}
    ask(app)
    answer = ask(app, body("It is sk-aig-mock!"), headers=key)
    found = explained(app, answer)
    assert {name: found[name] for name in ("script", "step", "name", "play", "reply")} == {
        "script": "play",
        "step": 3,
        "name": "rest",
        "play": 1,
        "reply": 1,
    }
    told = {step["name"]: step["against"] for step in found["steps"]}
    assert told == {
        "paris": [
            {
                "condition": "match.last",
                "expected": "a text with 'Paris' in it",
                "got": "'It is [key]!'",
            },
            {"condition": "match.turns", "expected": "3 user messages", "got": "1"},
            {"condition": "match.header.x-api-key", "expected": "'right'", "got": "'[secret]'"},
        ],
        "once": [
            {
                "condition": "times",
                "expected": "one of its 1 plays",
                "got": "all of them played",
            }
        ],
        "rest": [],
        "late": [
            {
                "condition": "order",
                "expected": "no earlier step that answers",
                "got": "step 3 (rest) answered",
            }
        ],
    }
    assert found["journal"]["status"] == 200
    assert found["journal"]["step"] == "rest"


def test_a_request_that_no_step_answers_is_explained_too(tmp_path: Path) -> None:
    app = play(tmp_path, "[[steps]]\nmatch = {stream = true}\nreply = {text = 'x'}")
    found = explained(app, ask(app))
    assert found["step"] is None
    assert found["steps"][0]["against"] == [
        {"condition": "match.stream", "expected": "a stream", "got": "an answer in one piece"}
    ]
    refused = explained(app, ask(app, body(temperature=9)))
    assert (refused["script"], refused["journal"]["code"]) == (None, "invalid_value")
