"""Whatever stands in a script, it is read or refused in sentences; what is read can be played."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server import engines
from mock_server.scripts import reading
from mock_server.scripts.linting import remarks
from mock_server.scripts.reading import ScriptError, script
from mock_server.scripts.telling import plan
from mock_server.variants import variant
from openapi import contract
from tests.mock_server.driving import TOKENS, ask, body, mock

SCHEMA = json.loads(reading.SCHEMA.read_text(encoding="utf-8"))
SEEDED = engines.build("seeded", TOKENS)
SAID = """hi stream.done-present crlf done forever 300ms normal:5ms 4tokens ( close end reset key
request any createChatCompletion length a+ 0 engine refuse"""
WORDS = st.sampled_from(SAID.split())
VALUES = st.one_of(
    WORDS, st.booleans(), st.integers(-2, 700), st.floats(0, 3), st.lists(WORDS, max_size=2)
)


def members(definition: str, inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Tables with the members of a definition, and now and then another."""
    known = sorted(SCHEMA["$defs"][definition]["properties"])
    return st.dictionaries(st.sampled_from([*known, "unheard-of"]), inner, max_size=4)


PLACES = st.dictionaries(
    st.sampled_from(["event", "byte", "how", "for", "code", "data", "raw", "least", "most"]),
    VALUES,
    max_size=3,
)
TEXTS = st.dictionaries(st.sampled_from(["contains", "pattern"]), VALUES, max_size=1)
REPLIES = members("reply", VALUES | PLACES | members("pace", VALUES))
STEPS = st.fixed_dictionaries(
    {},
    optional={
        "name": VALUES,
        "match": members("match", VALUES | TEXTS | PLACES),
        "reply": REPLIES,
        "then": st.lists(REPLIES, max_size=2),
        "repeat": st.booleans() | VALUES,
        "per": WORDS,
    },
)


@pytest.mark.parser("script, its values")
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=3), st.dictionaries(WORDS, VALUES, max_size=1))
def test_any_script_is_read_or_refused_in_sentences(steps: list[Any], more: dict[str, Any]) -> None:
    document = {"steps": steps, **more}
    try:
        told = script(document, "any")
    except ScriptError as error:
        complaints = error.complaints
    else:
        complaints = []
        assert list(plan(told))
        assert all(str(one) for one in remarks(told, contract(), SEEDED, TOKENS))
    assert all(str(one).strip() for one in complaints)


PLAYABLE = st.fixed_dictionaries(
    {},
    optional={
        "cut": st.fixed_dictionaries(
            {"event": st.integers(0, 9), "how": st.just("end")},
        ),
        "drop": st.sampled_from(["done", "finish", "role", 2]),
        "duplicate": st.integers(1, 9),
        "halve": st.integers(1, 9),
        "error": st.fixed_dictionaries({"event": st.integers(0, 9)}),
        "insert": st.fixed_dictionaries(
            {"event": st.integers(0, 9), "raw": st.just("data: hi\n\n")}
        ),
        "text": st.sampled_from(["one two", "", "日本 🦜"]),
        "variant": st.sampled_from(sorted(variant.known())),
        "headers": st.just({"x-mark": "yes"}),
    },
)


@settings(max_examples=150)
@given(PLAYABLE, st.booleans())
def test_edits_in_any_company_end_an_answer(reply: dict[str, Any], stream: bool) -> None:
    app = mock()
    header = {"x-gonogo-script": json.dumps(reply)}
    answer = ask(app, body(stream=stream), headers=header)
    assert answer.status == 200, answer.body
    assert answer.ended
    assert ("x-mark" in answer.headers) == ("headers" in reply)
    books = app.edge.state.ledger()
    assert isinstance(books, dict)
    assert books["held"] == 0
    assert books["settled"] == 1
