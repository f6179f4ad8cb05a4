"""What a prompt is understood to ask for."""

import pytest

from mock_server.prose.asked import asked


def said(text: str) -> str | None:
    parts = asked(text).parts
    return None if parts is None else "".join(parts())


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "What do people say about tea?",
        "Please do not repeat yourself",
        "Counting is fun",
        "repeat:",
        "repeat:   ",
        "I say: nothing",
        "the list of five",
        "",
        "word " * 5000,
    ],
)
def test_ordinary_prompts_ask_for_prose(text: str) -> None:
    assert (said(text), asked(text).long) == (None, False)


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("Tell me a long tale", True),
        ("A story, please", True),
        ("Talk at length", True),
        ("How long is the Nile?", False),
        ("As long as it rains", False),
        ("So long!", False),
        ("long ago", False),
        ("belong", False),
        ("x" * 400 + " a story " + "x" * 400, False),
        ("x " * 400 + " tell me a story", True),
    ],
)
def test_length_is_asked_for_at_an_edge_of_the_prompt(text: str, long: bool) -> None:
    assert asked(text).long is long


def test_a_text_to_repeat_runs_to_the_end_of_the_prompt() -> None:
    assert said("You are calm.\n\nrepeat: a: b\n\nrepeat: c") == "a: b\n\nrepeat: c"


@pytest.mark.parametrize("quote", ["'OK'", '"OK"', "“OK”", "`OK`", "OK"])
def test_quotes_around_what_is_to_be_said_are_not_said(quote: str) -> None:
    assert said(f"Say {quote}") == "OK"


def test_a_thousand_polite_words_are_read_in_no_time() -> None:
    assert said("just " * 1000 + "never: mind") is None
    assert said(" " * 100_000 + "x") is None


def test_huge_counts_are_not_made_before_they_are_read() -> None:
    parts = asked("count from 1 to 999999999").parts
    assert parts is not None
    assert next(iter(parts())) == "1,"
