"""Both shapes of an answer, fed with any pieces."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.completion import (
    Completion,
    FinishReason,
    Piece,
    Prompt,
    TokenLogprob,
    Turn,
    Usage,
)
from mock_server.wire import JsonAnswer, Stamp, StreamAnswer, cost_in_cents

STAMP = Stamp("chatcmpl-1", 1_700_000_000, "fp_seeded_1")


def prompt(n: int = 1, *, logprobs: bool = False) -> Prompt:
    return Prompt(
        model="google/gemma-7b-it-lora:pirate",
        base="google/gemma-7b-it-lora",
        adapter="pirate",
        turns=(Turn("user", "Hello"),),
        tokens=10,
        cap=100,
        n=n,
        logprobs=logprobs,
    )


@st.composite
def answers(draw: st.DrawFn) -> tuple[int, list[Piece]]:
    """Pieces of some choices, interleaved at will, each choice ending once."""
    n = draw(st.integers(1, 4))
    queues = []
    for index in range(n):
        texts = draw(st.lists(st.text(alphabet="ab🌿 ", max_size=3), max_size=5))
        pieces = [Piece(index, text, draw(st.integers(0, 3))) for text in texts]
        finish = draw(st.sampled_from(FinishReason))
        queues.append([*pieces, Piece(index, draw(st.text("c", max_size=2)), 1, (), finish)])
    order = draw(st.permutations([i for i, queue in enumerate(queues) for _ in queue]))
    return n, [queues[index].pop(0) for index in order]


@given(answers())
def test_the_stream_adds_up_to_the_json_answer(answer: tuple[int, list[Piece]]) -> None:
    n, pieces = answer
    whole, stream = JsonAnswer(prompt(n), STAMP), StreamAnswer(prompt(n), STAMP, include_usage=True)
    chunks = stream.open()
    for piece in pieces:
        whole.feed(piece)
        chunks += stream.feed(piece)
    chunks += stream.close()
    body = whole.close()
    for choice in body["choices"]:
        own = [c for chunk in chunks for c in chunk["choices"] if c["index"] == choice["index"]]
        text = "".join(c["delta"].get("content", "") for c in own)
        assert text == choice["message"]["content"]
        assert own[0]["delta"] == {"role": "assistant", "content": ""}
        assert [c["finish_reason"] for c in own[:-1]] == [None] * (len(own) - 1)
        assert own[-1]["finish_reason"] == choice["finish_reason"]
        assert own[-1]["delta"] == {}
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == body["usage"]
    assert [chunk["usage"] for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    heads = [{key: chunk[key] for key in ("id", "object", "created", "model")} for chunk in chunks]
    assert all(one == other for one, other in itertools.pairwise(heads))
    assert stream.usage == whole.usage


@given(answers())
def test_a_whole_completion_gives_the_same_object_as_its_pieces(
    answer: tuple[int, list[Piece]],
) -> None:
    n, pieces = answer
    by_piece, at_once = JsonAnswer(prompt(n), STAMP), JsonAnswer(prompt(n), STAMP)
    by_piece.feed_all(pieces)
    at_once.feed_completion(Completion.fold(prompt(n), pieces))
    assert by_piece.close() == at_once.close()


def test_usage_not_asked_for_is_in_no_chunk() -> None:
    stream = StreamAnswer(prompt(), STAMP)
    chunks = stream.open() + stream.feed(Piece(0, "a", 1, (), FinishReason.STOP)) + stream.close()
    assert len(chunks) == 3
    assert not any("usage" in chunk for chunk in chunks)


def test_an_answer_has_every_key_of_the_documented_shape() -> None:
    answer = JsonAnswer(prompt(), STAMP)
    answer.feed(Piece(0, "Ahoy", 2, (), FinishReason.LENGTH))
    assert answer.close() == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "google/gemma-7b-it-lora:pirate",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Ahoy", "refusal": None},
                "logprobs": None,
                "finish_reason": "length",
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
        "system_fingerprint": "fp_seeded_1",
    }


def test_logprobs_have_the_same_shape_in_both_modes() -> None:
    top = TokenLogprob("a", -0.1, (97,))
    piece = Piece(0, "a", 1, (TokenLogprob("a", -0.1, (97,), (top,)),), FinishReason.STOP)
    whole = JsonAnswer(prompt(logprobs=True), STAMP)
    whole.feed(piece)
    shape = whole.close()["choices"][0]["logprobs"]
    entry = {"token": "a", "logprob": -0.1, "bytes": [97]}
    assert shape == {"content": [{**entry, "top_logprobs": [entry]}], "refusal": None}
    chunks = StreamAnswer(prompt(logprobs=True), STAMP).feed(piece)
    assert chunks[0]["choices"][0]["logprobs"] == shape


def test_a_piece_without_text_costs_tokens_and_makes_no_chunk() -> None:
    stream = StreamAnswer(prompt(), STAMP)
    assert stream.feed(Piece(0, "", 2)) == []
    assert stream.usage == Usage(10, 2)


@given(st.integers(0, 4096))
def test_the_cost_in_the_usage_chunk_is_exact(completion: int) -> None:
    stream = StreamAnswer(prompt(), STAMP, include_usage=True, prices=(80, 160))
    stream.feed(Piece(0, "", completion))
    cost = stream.close()[0]["usage"]["cost"]
    assert round(cost * 10**9) == 800 + completion * 160
    assert cost == float(f"{800 + completion * 160}e-9")


@pytest.mark.parametrize(
    ("nano", "cents"),
    [
        (3840, "0.000384"),
        (0, "0.000000"),
        (654_560, "0.065456"),
        (10**9, "100.000000"),
        (1, "0.0000001"),
    ],
)
def test_cents_are_written_exactly(nano: int, cents: str) -> None:
    assert cost_in_cents(nano) == cents


@pytest.mark.parametrize("counts", [(-1, 0), (0, -1)])
def test_usage_cannot_be_negative(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="negative"):
        Usage(*counts)


@pytest.mark.parametrize("count", [1.0, True, "1", None])
def test_usage_is_made_of_integers_only(count: object) -> None:
    with pytest.raises(TypeError, match="integers"):
        Usage(count, 1)  # type: ignore[arg-type]


@given(st.integers(0), st.integers(0))
def test_usage_adds_up(prompt_tokens: int, completion: int) -> None:
    assert Usage(prompt_tokens, completion).total == prompt_tokens + completion
