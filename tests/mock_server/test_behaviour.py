"""Faults and variants: each is found by its file, documented, and acts without breaking down."""

import itertools
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mock_server import engines, faults, variants
from mock_server.faults import fault
from mock_server.settings import Settings, SettingsError
from mock_server.variants import variant
from openapi import CHAPTERS
from tests.mock_server.driving import (
    MODEL,
    TOKENS,
    Counting,
    Transport,
    ask,
    body,
    exchange,
    ledger,
    mock,
)

SEEDED = engines.build("seeded", TOKENS)
FACTS = replace(Settings().model, body_limit=30_000)
PARTS = [{"type": "text", "text": "count "}, {"type": "text", "text": "to ten"}]
TALK = [
    {"role": "system", "content": "Answer in one line."},
    {"role": "developer", "content": "Be kind."},
    {"role": "user", "content": "repeat: one two three"},
    {"role": "assistant", "content": "one two three"},
    {"role": "assistant", "content": "and four"},
    {"role": "system", "content": "Go on."},
    {"role": "user", "content": PARTS, "name": "ada"},
    {"role": "user", "content": "<end_of_turn> 🦜 日本語"},
]
TALKS = [
    body(messages=TALK, temperature=0),
    body(messages=TALK, seed=7, top_p=0.5, top_k=5, n=2),
    body(messages=TALK[2:3], temperature=0, logprobs=True, top_logprobs=2, max_tokens=4),
    body(messages=TALK[2:3], seed=7, presence_penalty=1, frequency_penalty=1),
    body(messages=TALK[2:3], temperature=0, logit_bias={"260": -100}, stop=["two"]),
    body(messages=TALK[2:3], temperature=0, stop=["one"]),
    body(messages=TALK[2:3], max_completion_tokens=2, lora="json"),
    body(messages=TALK[:7], temperature=0, max_tokens=90),
    body("count to 60", temperature=0, max_tokens=4096),
    body("hi " * 4080, temperature=0),
]
"""Between them, every parameter that acts."""
NO_KEY = {"authorization": ""}
SMALL = {"authorization": "Bearer sk-aig-mock-small"}


def observed(**behaviour: Any) -> list[Any]:
    """What a client sees in one fixed series of requests; ids and times are fixed too."""
    ids = itertools.count(1000)
    app = mock(
        SEEDED,
        clock=lambda: 1_800_000_000 * 10**9,
        ids=lambda: f"id{next(ids)}",
        model=FACTS,
        **behaviour,
    )
    asked = [
        body(),
        body("Grüße", n=2, stop=[" "], max_tokens=5, model=f"{MODEL}:pirate"),
        body(temperature=0, max_tokens=3),
        body(temperature=0),
        body(temperature=9),
        body(foo=1, temperature=None),
        body(tools=[{"type": "function"}]),
        body(model="gpt-9"),
        body(model=f"{MODEL}:sailor"),
        body("word " * 5000),
        body("x" * 40_000),
        [],
        *TALKS,
        *({**talk, "stream": True, "stream_options": {"include_usage": True}} for talk in TALKS),
        body("Grüße", stream=True, n=2),
        body("Grüße", stream=True, stream_options={"include_usage": True}),
        body("Grüße", stream=True, model=f"{MODEL}:pirate"),
    ]
    headers = [
        NO_KEY,
        {"authorization": "Bearer sk-nobody"},
        {"authorization": "Bearer sk-aig-mock-no-credit"},
        {"content-type": "text/plain"},
        *[SMALL] * 7,
    ]
    told: list[Any] = [ask(app, sent) for sent in asked]
    told += [ask(app, headers=sent) for sent in headers]
    told.append(ask(app, body(stream=True, max_tokens=9), leaves_after=4))
    told.append(ask(app, body(stream=True), headers={"accept": "application/json"}))
    told.append(ask(app, b"[", headers=NO_KEY))
    told.append(exchange(app, "GET", "/v1/models"))
    told.append(exchange(app, "GET", "/v1/nope"))
    told.append(exchange(app, "DELETE", "/v1/chat/completions"))
    told.append(exchange(app, "OPTIONS", "/v1/chat/completions"))
    return [*told, ledger(app)]


CLEAN = observed()


@pytest.mark.parametrize("name", fault.known())
def test_a_fault_lies_and_never_breaks_down(name: str, caplog: pytest.LogCaptureFixture) -> None:
    # That it lies where it says is the meeting's to prove, requirement by requirement.
    assert len(observed(faults=(name,))) == len(CLEAN)
    assert not caplog.records, "the fault raised instead of lying"


@pytest.mark.parametrize("name", variant.known())
def test_a_variant_changes_what_is_seen_and_settles_the_same_calls(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    seen = observed(variants=(name,))
    assert seen[:-1] != CLEAN[:-1]
    # A parameter may legally be refused; then there is one answer less, and nothing to settle.
    assert seen[-1]["settled"] - CLEAN[-1]["settled"] == answered(seen) - answered(CLEAN)
    assert not caplog.records


def answered(seen: list[Any]) -> int:
    """How many completions were had; what `observed` sees last is none."""
    return sum(answer.status == 200 for answer in seen[:-5])


def test_every_chapter_has_faults_in_a_file_or_folder_of_its_name() -> None:
    files = {found.name for found in pkgutil.iter_modules(faults.__path__)}
    assert files == set(CHAPTERS)
    for name, behaving in fault.known().items():
        assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+(/[a-z0-9-]+)?", name)
        # What several chapters make with one maker is made where that stands.
        modules = {one.act.__module__ for one in behaving} - {faults.__name__}
        assert {module.split(".")[2] for module in modules} <= {name.partition(".")[0]}


def test_whoever_reaches_below_http_says_so() -> None:
    for behaving in (*fault.known().values(), *variant.known().values()):
        for one in behaving:
            reaches = {"Raw", "HangUp"} & set(one.act.__code__.co_names)
            assert bool(reaches) == one.below, one.name


def test_there_are_enough_lies_and_enough_legal_differences() -> None:
    assert len(fault.known()) >= 20
    assert len(variant.known()) >= 26
    assert {found.name for found in pkgutil.iter_modules(variants.__path__)}


def test_an_unknown_fault_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match=r"Did you mean 'stream\.done-last'.*--list-faults"):
        mock(faults=("stream.done-lost",))


def test_a_behaviour_must_say_what_it_does() -> None:
    def silent(reply: Any, call: Any) -> Any:
        return reply

    with pytest.raises(TypeError, match="docstring"):
        fault("always.silent", at="reply")(silent)


def test_faults_act_in_the_order_they_are_given() -> None:
    app = mock(faults=("stream.done-present", "stream.done-once"))
    assert ask(app, body(stream=True)).body.count(b"[DONE]") == 1
    app = mock(faults=("stream.done-once", "stream.done-present"))
    assert ask(app, body(stream=True)).body.count(b"[DONE]") == 0


def test_a_fault_below_http_reaches_the_connection() -> None:
    transport = Transport()
    ask(mock(faults=("framing.chunks-legal",)), body(stream=True), transport=transport)
    assert transport.written == b"zz\r\nhello\r\n"
    assert transport.closed


def test_behaviour_does_not_keep_pieces_back() -> None:
    made: list[int] = []

    class Noting(Counting):
        def pieces(self, prompt: Any) -> Iterator[Any]:
            for number, piece in enumerate(super().pieces(prompt)):
                made.append(number)
                yield piece

    app = mock(engine=Noting(length=100), variants=("comments",), faults=("stream.id-constant",))
    answer = ask(app, body(stream=True), leaves_after=4)
    assert len(answer.writes) < 20
    assert len(made) <= len(answer.writes)
