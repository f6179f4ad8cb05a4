"""Text completions: the older shapes, whole and streamed, and the money they cost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_server.engines import build
from tests.mock_server.driving import MODEL, TOKENS, Answer, exchange, ledger, mock

PATH = "/v1/completions"
SEEDED = build("seeded", TOKENS, {})


def asked(prompt: object = "Once upon a time", **members: Any) -> dict[str, Any]:
    return {"model": MODEL, "prompt": prompt, **members}


def send(app: Any = None, **members: Any) -> Answer:
    return exchange(app or mock(engine=SEEDED), "POST", PATH, asked(**members))


def streamed(answer: Answer) -> list[dict[str, Any]]:
    """The objects of a stream, whose last event is checked to be the sentinel."""
    events = answer.body.decode().removesuffix("\n\n").split("\n\n")
    assert events.pop() == "data: [DONE]"
    return [json.loads(event.removeprefix("data: ")) for event in events]


def test_an_answer_has_the_older_shape() -> None:
    document = send(max_tokens=6).document
    assert document["object"] == "text_completion"
    assert document["id"].startswith("cmpl-")
    (choice,) = document["choices"]
    assert choice["text"]
    assert choice["index"] == 0
    assert choice["logprobs"] is None
    assert choice["finish_reason"] == "length"


def test_the_prompt_is_one_user_turn_and_is_counted_so() -> None:
    usage = send(max_tokens=6).document["usage"]
    turn = TOKENS.count_prompt([("user", "Once upon a time")])
    assert usage == {"prompt_tokens": turn, "completion_tokens": 6, "total_tokens": turn + 6}


def test_without_a_ceiling_sixteen_tokens_are_made() -> None:
    assert send(prompt="Count from 1 to 50").document["usage"]["completion_tokens"] == 16


def test_each_prompt_of_a_list_has_its_choices_in_order() -> None:
    alone = [send(prompt=text, temperature=0).document for text in ("Red,", "Blue,")]
    both = send(prompt=["Red,", "Blue,"], n=2, temperature=0).document
    texts = [choice["text"] for choice in both["choices"]]
    assert [choice["index"] for choice in both["choices"]] == [0, 1, 2, 3]
    assert texts[0] == alone[0]["choices"][0]["text"]
    assert texts[2] == alone[1]["choices"][0]["text"]
    assert both["usage"]["prompt_tokens"] == sum(one["usage"]["prompt_tokens"] for one in alone)


def test_token_ids_are_a_prompt_too() -> None:
    ids = TOKENS.encode("Red,")
    by_text = send(prompt="Red,", temperature=0).document["choices"]
    assert send(prompt=ids, temperature=0).document["choices"] == by_text
    assert send(prompt=[ids], temperature=0).document["choices"] == by_text


def test_echo_puts_the_prompt_in_front_of_every_choice_and_costs_nothing() -> None:
    plain = send(temperature=0, n=2).document
    echoed = send(temperature=0, n=2, echo=True).document
    for before, after in zip(plain["choices"], echoed["choices"], strict=True):
        assert after["text"] == "Once upon a time" + before["text"]
    assert echoed["usage"] == plain["usage"]


def test_stop_and_seed_act() -> None:
    whole = send(seed=7, max_tokens=20).document["choices"][0]["text"]
    assert send(seed=7, max_tokens=20).document["choices"][0]["text"] == whole
    word = whole.split()[2]
    cut = send(seed=7, max_tokens=20, stop=word).document["choices"][0]
    assert cut["text"] == whole[: whole.index(word)]
    assert cut["finish_reason"] == "stop"


def test_logprobs_are_four_lists_whose_offsets_find_the_tokens() -> None:
    choice = send(max_tokens=8, logprobs=2).document["choices"][0]
    lists = choice["logprobs"]
    assert {len(values) for values in lists.values()} == {8}
    assert all(value <= 0 for value in lists["token_logprobs"])
    assert all(len(top) >= 2 for top in lists["top_logprobs"])
    for token, offset in zip(lists["tokens"], lists["text_offset"], strict=True):
        assert choice["text"].startswith(token, offset)


@pytest.mark.parametrize("extra", [{}, {"echo": True}, {"n": 2}, {"logprobs": 1}])
def test_a_stream_says_what_the_whole_answer_says(extra: dict[str, Any]) -> None:
    whole = send(temperature=0, **extra).document
    chunks = streamed(
        send(temperature=0, stream=True, stream_options={"include_usage": True}, **extra)
    )
    last = chunks.pop()
    assert last["choices"] == []
    assert last["usage"].pop("cost") > 0
    assert last["usage"] == whole["usage"]
    for choice in whole["choices"]:
        own = [
            piece
            for chunk in chunks
            for piece in chunk["choices"]
            if piece["index"] == choice["index"]
        ]
        assert "".join(piece["text"] for piece in own) == choice["text"]
        assert [piece["finish_reason"] for piece in own if piece["finish_reason"]] == [
            choice["finish_reason"]
        ]
        if choice["logprobs"]:
            offsets = [at for piece in own for at in piece["logprobs"]["text_offset"]]
            assert offsets == choice["logprobs"]["text_offset"]


@pytest.mark.parametrize(
    ("members", "code", "param"),
    [
        ({"prompt": None}, "invalid_type", "prompt"),
        ({"prompt": []}, "invalid_value", "prompt"),
        ({"prompt": ["a", [1]]}, "invalid_type", "prompt"),
        ({"prompt": [10**9]}, "invalid_value", "prompt"),
        ({"prompt": ["x"] * 65, "n": 8}, "invalid_value", "prompt"),
        ({"prompt": "word " * 5000}, "context_length_exceeded", "prompt"),
        ({"suffix": "the end"}, "unsupported_parameter", "suffix"),
        ({"best_of": 3}, "unsupported_value", "best_of"),
        ({"echo": True, "logprobs": 1}, "unsupported_parameter", "echo"),
        ({"logprobs": 6}, "invalid_value", "logprobs"),
        ({"max_tokens": 0}, "invalid_value", "max_tokens"),
        ({"stream_options": {"include_usage": True}}, "invalid_value", "stream_options"),
        ({"model": "gpt-9"}, "model_not_found", "model"),
    ],
)
def test_a_bad_request_is_refused_by_name(members: dict[str, Any], code: str, param: str) -> None:
    answer = send(**members)
    assert answer.status in (400, 404)
    assert (answer.error["code"], answer.error["param"]) == (code, param)


def test_a_text_is_paid_for_like_a_conversation() -> None:
    app = mock(engine=SEEDED)
    answer = send(app, prompt=["Red,", "Blue,"], n=2)
    usage = answer.document["usage"]
    cost = usage["prompt_tokens"] * 80 + usage["completion_tokens"] * 160
    assert ledger(app)["charged"] == cost
    assert ledger(app)["held"] == 0
    assert float(answer.headers["x-cost-cents"]) == cost / 1e7


def test_an_empty_wallet_is_402_before_anything_is_made() -> None:
    key = {"authorization": "Bearer sk-aig-mock-no-credit"}
    answer = exchange(mock(), "POST", PATH, asked(), headers=key)
    assert (answer.status, answer.error["code"]) == (402, "insufficient_credits")


def test_a_browser_may_ask_first() -> None:
    answer = exchange(mock(), "OPTIONS", PATH, headers={"authorization": ""})
    assert answer.status == 204
    assert "POST" in answer.headers["access-control-allow-methods"]


def test_another_method_is_refused_and_the_right_one_named() -> None:
    answer = exchange(mock(), "GET", PATH)
    assert answer.status == 405
    assert "POST" in answer.headers["allow"]
