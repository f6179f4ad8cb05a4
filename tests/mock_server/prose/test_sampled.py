"""The slow road: penalties, biases and log-probabilities, seen through the engine."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.completion import Choice, Completion, FinishReason, Prompt, Turn
from mock_server.engines.seeded import Seeded
from mock_server.tokens import Tokens

TOKENS = Tokens.load()
ENGINE = Seeded(TOKENS)
SAYINGS = st.text(min_size=1, max_size=30).filter(lambda text: text.strip() != "")
COLD: dict[str, Any] = {"temperature": 0.0}


def ask(text: str, *, cap: int = 4000, **given: Any) -> Prompt:
    turns = (Turn("user", text),)
    return Prompt("m", "m", None, turns, ENGINE.count(turns), cap, **given)


def answer(prompt: Prompt) -> Choice:
    return Completion.fold(prompt, ENGINE.pieces(prompt)).choices[0]


@pytest.mark.parametrize("penalty", ["presence_penalty", "frequency_penalty"])
def test_penalties_change_the_text(penalty: str) -> None:
    changed = 0
    for number in range(20):
        text = f"Tell me about {number}."
        plain = answer(ask(text, **COLD)).text
        changed += plain != answer(ask(text, **COLD, **{penalty: 2.0})).text
    assert changed >= 18


def test_a_banned_token_is_never_sampled_and_a_forced_one_always() -> None:
    the = TOKENS.encode(" the")[0]
    text = "tell a long story"
    assert " the" in answer(ask(text, cap=300, **COLD)).text
    banned = answer(ask(text, cap=300, **COLD, logit_bias={the: -100.0}, logprobs=True))
    assert " the" not in [one.token for one in banned.logprobs]
    forced = answer(ask("Hello", cap=9, logit_bias={the: 100.0}))
    assert (forced.text, forced.finish) == (" the" * 9, "length")


def test_a_bias_on_the_end_token_decides_when_the_answer_ends() -> None:
    end = answer(ask("Hello", logit_bias={TOKENS.end_of_turn: 100.0}))
    assert end == Choice("", 1, FinishReason.STOP)
    never = dict.fromkeys(TOKENS.ends, -100.0)
    for text in ("Hello", "count from 1 to 3"):
        assert answer(ask(text, cap=250, logit_bias=never)).finish is FinishReason.LENGTH


@settings(max_examples=30, deadline=None)
@given(SAYINGS, st.integers(0, 20), st.sampled_from([0.0, 1.0]), st.integers(1, 60))
def test_logprobs_are_probabilities_sorted_and_spell_the_text(
    text: str, top: int, temperature: float, cap: int
) -> None:
    choice = answer(
        ask(text, cap=cap, temperature=temperature, logprobs=True, top_logprobs=top, seed=1)
    )
    sampled = choice.tokens - (choice.finish is FinishReason.STOP)
    assert len(choice.logprobs) == sampled
    raw = b"".join(bytes(one.bytes or ()) for one in choice.logprobs)
    assert raw.decode("utf-8", "ignore") == choice.text
    for one in choice.logprobs:
        assert one.logprob <= 0
        assert len(one.top) == top
        ranked = [other.logprob for other in one.top]
        assert ranked == sorted(ranked, reverse=True)
        assert all(other.logprob <= 0 for other in one.top)
        assert len({other.bytes for other in one.top}) == top
        if temperature == 0 and top:
            assert (one.top[0].token, one.top[0].logprob) == (one.token, one.logprob)
