"""What leaks look like, and what merely resembles them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import leaks


@pytest.mark.parametrize(
    "text",
    [
        "Traceback (most recent call last):",
        'File "gateway/app.py", line 31, in answer',
        "at com.example.Gate.open(Gate.java:42)",
        "    at parse (/srv/gateway/dist/index.js:10:15)",
        "    at /srv/gateway/dist/index.js:10:15",
        "SyntaxError: unexpected end\n    at JSON.parse (<anonymous>)",
        "goroutine 17 [running]:",
        "thread 'main' panicked at src/main.rs:3:5",
        "panic: runtime error: index out of range\n",
    ],
)
def test_a_stack_trace_is_found_in_common_languages(text: str) -> None:
    assert leaks.traces(text)


@pytest.mark.parametrize(
    "text",
    ["We met at noon (in May).", "Invalid JSON at line 3 column 7", "The panic was over.", ""],
)
def test_prose_about_lines_and_panic_is_no_stack_trace(text: str) -> None:
    assert leaks.traces(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "see /srv/gateway/main.py",
        r"C:\Users\somebody\app",
        "upstream 10.0.3.17:8000 refused",
        "http://engine-3.svc.cluster.local/generate",
        "site-packages",
    ],
)
def test_places_of_the_host_are_found(text: str) -> None:
    assert leaks.places(text)


@pytest.mark.parametrize(
    "text",
    [
        "POST /v1/chat/completions",
        "https://example.test/home/page",
        "either/or and/or",
        "version 10.2.3",
        "about 1/2",
        "/models/google/gemma",
    ],
)
def test_urls_and_slashes_are_no_places_of_the_host(text: str) -> None:
    assert leaks.places(text) == []


def test_what_the_request_said_may_be_repeated() -> None:
    assert leaks.places("no adapter '/etc/passwd'", said='{"lora": "/etc/passwd"}') == []
    assert leaks.template_marks("<end_of_turn>", ["<end_of_turn>"], "repeat <end_of_turn>") == []


@pytest.mark.parametrize(
    "text",
    [
        "Hi<end_of_turn>",
        "Hi<|im_end|>",
        "[/INST] Hi",
        "<<SYS>>",
        "Hi</s>",
        "model\nHi",
        "<unused7>",
    ],
)
def test_marks_of_templates_are_found(text: str) -> None:
    assert leaks.template_marks(text, ["<end_of_turn>"])


@pytest.mark.parametrize(
    "text", ["a < b > c", "<b>bold</b>", "[1] and [INSTANCE]", "The model\nis small.", "x <|> y"]
)
def test_markup_and_prose_are_no_marks(text: str) -> None:
    assert leaks.template_marks(text, ["<end_of_turn>"]) == []


def test_stand_ins_of_tokenizers_are_found_and_accents_are_not() -> None:
    assert leaks.tokenizer_marks("\u2581the sea")
    assert leaks.tokenizer_marks("one<0x0A>two")
    assert leaks.tokenizer_marks("Ġorman, Malti: Għ") == []


def test_engines_are_found_by_name() -> None:
    assert leaks.engine_names("AiError: 5006 from @cf/google")
    assert leaks.engine_names("the engine failed") == []


@pytest.mark.parametrize(("words", "pattern"), [*leaks._TRACES, *leaks._PLACES])
def test_whatever_an_expression_matches_holds_one_of_its_words(
    words: tuple[str, ...], pattern: re.Pattern[str]
) -> None:
    @settings(max_examples=60, database=None)
    @given(st.from_regex(pattern))
    def holds(text: str) -> None:
        assert any(word in text for word in words)

    holds()
