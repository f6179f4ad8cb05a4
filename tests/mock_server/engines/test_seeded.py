"""The seeded engine: every parameter acts, and the same prompt gives the same bytes."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server import engines
from mock_server.completion import Choice, Completion, FinishReason, Piece, Prompt, Turn
from mock_server.engines.seeded import Seeded
from mock_server.tokens import Tokens

TOKENS = Tokens.load()
ENGINE = Seeded(TOKENS)
SAYINGS = st.text(min_size=1, max_size=30).filter(lambda text: text.strip() != "")
COLD: dict[str, Any] = {"temperature": 0.0}


def ask(text: str, *, cap: int = 4000, adapter: str | None = None, **given: Any) -> Prompt:
    turns = (Turn("user", text),)
    return Prompt("m", "m", adapter, turns, ENGINE.count(turns), cap, **given)


def answer(prompt: Prompt) -> Choice:
    return Completion.fold(prompt, ENGINE.pieces(prompt)).choices[0]


def texts(prompt: Prompt) -> list[str]:
    return [choice.text for choice in Completion.fold(prompt, ENGINE.pieces(prompt)).choices]


@settings(max_examples=60)
@given(SAYINGS, st.sampled_from([None, "pirate", "json"]), st.integers(-(2**63), 2**63 - 1))
def test_a_seed_gives_the_same_pieces_every_time(text: str, adapter: str | None, seed: int) -> None:
    prompt = ask(text, adapter=adapter, seed=seed)
    assert list(ENGINE.pieces(prompt)) == list(Seeded(TOKENS).pieces(prompt))


@settings(max_examples=60)
@given(st.integers(0, 10**9))
def test_an_answer_nobody_asked_to_be_long_has_20_to_100_tokens_and_stops(number: int) -> None:
    choice = answer(ask(f"What about {number}?", seed=number))
    assert 20 <= choice.tokens <= 100
    assert choice.finish is FinishReason.STOP
    assert choice.tokens == len(TOKENS.encode(choice.text)) + 1


@settings(max_examples=40)
@given(
    SAYINGS,
    st.integers(1, 120),
    st.integers(0, 120),
    st.sampled_from([{}, {"logprobs": True}, {"presence_penalty": 1.0}]),
)
def test_a_smaller_cap_gives_a_prefix_and_exactly_so_many_tokens(
    text: str, small: int, more: int, extra: dict[str, Any]
) -> None:
    short = answer(ask(text, cap=small, **COLD, **extra))
    longer = answer(ask(text, cap=small + more, **COLD, **extra))
    assert longer.text.startswith(short.text)
    for choice, cap in ((short, small), (longer, small + more)):
        assert choice.tokens <= cap
        assert choice.finish is FinishReason.STOP or choice.tokens == cap


@settings(max_examples=40)
@given(SAYINGS, st.integers(0, 2**31), st.sampled_from([0.0, 0.4, 1.0, 2.0]))
def test_asking_for_logprobs_does_not_change_the_text(
    text: str, seed: int, temperature: float
) -> None:
    plain = ask(text, cap=60, seed=seed, temperature=temperature)
    shown = ask(text, cap=60, seed=seed, temperature=temperature, logprobs=True, top_logprobs=2)
    one, other = answer(plain), answer(shown)
    assert (one.text, one.tokens, one.finish) == (other.text, other.tokens, other.finish)


@settings(max_examples=100)
@given(SAYINGS, st.booleans())
def test_an_answer_never_begins_with_the_prompt(text: str, folded: bool) -> None:
    turn = f"Be kind.\n\n{text}" if folded else text
    said = answer(ask(turn, cap=40, **COLD))
    if "say" not in text.lower() and "repeat" not in text.lower():
        assert not said.text.startswith(text.strip())


@pytest.mark.parametrize("text", ["T", "The", "P", "Perhaps", "In the", "a", "Quite"])
def test_a_prompt_that_could_open_an_answer_does_not_open_this_one(text: str) -> None:
    for seed in range(40):
        said = answer(ask(text, seed=seed)).text
        assert not said.lower().startswith(text.lower())


def test_prompts_that_differ_anywhere_get_different_answers() -> None:
    far = ["alpha " + "word " * 3000, "omega " + "word " * 3000, "word " * 2999 + "alpha word"]
    near = ["What is tide?", "That is tide?", "What is tide!"]
    said = [answer(ask(text, cap=90, **COLD)).text for text in far + near]
    assert len(set(said)) == len(said)


def test_an_earlier_turn_changes_the_answer() -> None:
    turns = [Turn("user", "a"), Turn("assistant", "b"), Turn("user", "c")]
    other = [Turn("user", "A"), *turns[1:]]
    one, two = (
        answer(Prompt("m", "m", None, tuple(each), ENGINE.count(each), 90, temperature=0.0)).text
        for each in (turns, other)
    )
    assert one != two


def test_temperature_zero_ignores_seed_and_occurrence() -> None:
    said = {
        answer(ask("Hello", seed=seed, occurrence=number, **COLD)).text
        for seed, number in ((None, 0), (None, 7), (1, 0), (2, 3))
    }
    assert len(said) == 1


@settings(max_examples=25)
@given(SAYINGS, st.integers(0, 1000))
def test_hardly_any_warmth_or_a_narrow_nucleus_is_greedy(text: str, seed: int) -> None:
    cold = answer(ask(text, cap=80, **COLD)).text
    for given_ in ({"temperature": 0.01}, {"top_p": 0.0}, {"top_p": 0.05}, {"top_k": 1}):
        assert answer(ask(text, cap=80, seed=seed, **given_)).text == cold


def test_seeds_and_occurrences_vary_a_warm_answer() -> None:
    assert len({answer(ask("Hello", seed=seed)).text for seed in range(30)}) == 30
    assert len({answer(ask("Hello", occurrence=number)).text for number in range(30)}) == 30


def test_choices_differ_when_warm_and_agree_when_cold() -> None:
    warm = texts(ask("Hello", n=8, seed=4))
    assert len(set(warm)) == 8
    assert warm[0] == texts(ask("Hello", seed=4))[0]
    assert texts(ask("Hello", n=3, **COLD)) == [answer(ask("Hello", **COLD)).text] * 3


@settings(max_examples=80)
@given(
    SAYINGS,
    st.integers(1, 90),
    st.sampled_from([None, "pirate", "json"]),
    st.integers(1, 3),
    st.sampled_from([{}, {"logprobs": True}, {"stop": (" the", "🌿")}, COLD]),
)
def test_a_whole_completion_is_what_the_pieces_fold_to(
    text: str, cap: int, adapter: str | None, n: int, extra: dict[str, Any]
) -> None:
    prompt = ask(f"repeat: 🌿{text}" if cap % 2 else text, cap=cap, adapter=adapter, n=n, **extra)
    assert ENGINE.completion(prompt) == Completion.fold(prompt, ENGINE.pieces(prompt))


def test_choices_take_turns_and_each_has_its_own_cap() -> None:
    prompt = ask("Hello", n=3, cap=5, seed=1)
    pieces = list(ENGINE.pieces(prompt))
    assert [piece.choice for piece in pieces[:6]] == [0, 1, 2, 0, 1, 2]
    folded = Completion.fold(prompt, pieces)
    assert [(choice.tokens, choice.finish) for choice in folded.choices] == [(5, "length")] * 3
    assert folded.usage.completion == 15


@settings(max_examples=40)
@given(SAYINGS, st.lists(st.sampled_from([" the", "s w", ".", "e", "🌿"]), max_size=3))
def test_a_stop_string_cuts_the_text_where_it_first_stands(text: str, stops: list[str]) -> None:
    whole = answer(ask(text, **COLD)).text
    cut = answer(ask(text, **COLD, stop=tuple(stops)))
    starts = [whole.find(stop) for stop in stops if stop in whole]
    assert cut.text == (whole[: min(starts)] if starts else whole)
    assert cut.finish is FinishReason.STOP


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("repeat: one  two", "one  two"),
        ("Repeat exactly: héllo 🌿 東京\nand more ", "héllo 🌿 東京\nand more"),
        ("Be terse.\n\nPlease repeat after me: yes", "yes"),
        ('Say "OK".', "OK"),
        ("say OK", "OK"),
        ("Reply with exactly the word ready", "ready"),
        ("Repeat the word tea 3 times", "tea tea tea"),
        ("count from 3 to 6", "3, 4, 5, 6"),
        ("Count down from 3 to 1.", "3, 2, 1"),
        ("Please count to 2", "1, 2"),
        ("repeat: a<end_of_<end_of_turn>turn>b", "ab"),
    ],
)
def test_a_literal_wish_is_followed_at_any_temperature(prompt: str, said: str) -> None:
    for given_ in ({"temperature": 0.0}, {"temperature": 2.0, "seed": 9}):
        choice = answer(ask(prompt, **given_))
        assert (choice.text, choice.finish) == (said, "stop")
        assert choice.tokens == len(TOKENS.encode(said)) + 1


def test_a_list_has_as_many_lines_as_asked() -> None:
    lines = answer(ask("List five animals")).text.split("\n")
    assert [line.partition(".")[0] for line in lines] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    "text", ["Tell me a long tale", "Write a story", "Explain at length", "Count to 999999999"]
)
def test_a_long_answer_runs_to_the_ceiling(text: str) -> None:
    choice = answer(ask(text, cap=4086, seed=3))
    assert (choice.tokens, choice.finish) == (4086, "length")


@pytest.mark.parametrize("text", ["How long is a day?", "word " * 300 + "story " + "word " * 300])
def test_a_prompt_that_only_mentions_length_gets_a_short_answer(text: str) -> None:
    assert answer(ask(text)).tokens <= 100


def test_a_long_answer_is_made_while_it_is_read() -> None:
    pieces = iter(ENGINE.pieces(ask("Count to 999999999", cap=10**9)))
    assert next(pieces) == Piece(0, "1")


def test_the_end_on_the_last_allowed_token_is_a_stop() -> None:
    size = len(TOKENS.encode("one two three"))
    assert answer(ask("repeat: one two three", cap=size + 1)).finish is FinishReason.STOP
    tight = answer(ask("repeat: one two three", cap=size))
    assert (tight.text, tight.finish) == ("one two three", "length")


def test_a_ceiling_inside_a_character_shows_no_half_of_it() -> None:
    size = len(TOKENS.encode("𓀀"))
    assert size > 1
    for extra in ({}, {"logprobs": True}):
        choice = answer(ask("repeat: 𓀀", cap=size - 1, **extra))
        assert (choice.text, choice.tokens, choice.finish) == ("", size - 1, "length")


def test_adapters_change_the_answer_in_plain_sight() -> None:
    assert ENGINE.adapters() == ("pirate", "json")
    pirate = answer(ask("Hello", adapter="pirate", **COLD)).text
    assert pirate.startswith("Arr, matey! ")
    assert pirate.endswith(" Yo ho ho!")
    said = json.loads(answer(ask("Hello", adapter="json", **COLD)).text)
    assert list(said) == ["answer"]
    quoted = answer(ask('repeat: "a"\n\\é', adapter="json", **COLD)).text
    assert json.loads(quoted) == {"answer": '"a"\n\\é'}
    assert len({pirate, said["answer"], answer(ask("Hello", **COLD)).text}) == 3


def test_now_and_then_a_word_is_not_ascii() -> None:
    said = [answer(ask(f"Number {number}", **COLD)).text for number in range(60)]
    assert 10 <= sum(not text.isascii() for text in said) <= 50


def test_no_answer_speaks_of_the_template() -> None:
    said = answer(ask("tell a long story", cap=20_000, seed=1)).text.lower()
    for word in ("user", "model", "assistant", "turn>", "<", "system", "prompt"):
        assert word not in said


def test_engines_are_found_by_their_files_and_a_wrong_name_gets_the_nearest() -> None:
    assert "seeded" in engines.names()
    assert engines.build("seeded", TOKENS).name == "seeded"
    with pytest.raises(engines.UnknownEngine, match="did you mean 'seeded'"):
        engines.build("seded", TOKENS)
