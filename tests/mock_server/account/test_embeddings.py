"""Embeddings: unit vectors that follow from the text, in every form that clients ask for."""

from __future__ import annotations

import math
import struct
from base64 import b64decode
from typing import Any

import pytest

from mock_server.account.vectors import vector
from openapi import account
from tests.mock_server.driving import TOKENS, Answer, exchange, ledger, mock

PATH = "/v1/embeddings"
FACTS = account().document["x-account"]
MODEL = FACTS["embedding_model"]


def send(given: object, app: Any = None, **members: Any) -> Answer:
    body = {"model": MODEL, "input": given, **members}
    return exchange(app or mock(), "POST", PATH, body)


def vectors(answer: Answer) -> list[list[float]]:
    return [one["embedding"] for one in answer.document["data"]]


def product(one: list[float], other: list[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def test_a_vector_has_length_one_and_the_models_size() -> None:
    (found,) = vectors(send("a cat on a mat"))
    assert len(found) == FACTS["embedding_dimensions"]
    assert math.isclose(product(found, found), 1, abs_tol=1e-6)


def test_the_same_text_has_the_same_vector_in_any_company() -> None:
    (alone,) = vectors(send("a cat on a mat"))
    assert vectors(send(["dogs", "a cat on a mat"]))[1] == alone
    assert vectors(send(TOKENS.encode("a cat on a mat")))[0] == alone


def test_texts_with_words_in_common_lie_closer_together() -> None:
    mat, hat, money = vectors(send(["a cat on a mat", "a cat on a hat", "stock markets fell"]))
    assert product(mat, hat) > 0.5 > product(mat, money)
    assert mat != hat


def test_the_order_of_words_counts() -> None:
    one, other = vectors(send(["man bites dog", "dog bites man"]))
    assert 0.5 < product(one, other) < 0.999


def test_fewer_dimensions_are_the_first_ones_at_length_one() -> None:
    (whole,), (short,) = vectors(send("a cat")), vectors(send("a cat", dimensions=256))
    length = math.sqrt(product(whole[:256], whole[:256]))
    assert len(short) == 256
    assert all(
        math.isclose(a, b / length, abs_tol=1e-6) for a, b in zip(short, whole[:256], strict=True)
    )


def test_base64_holds_the_same_floats() -> None:
    (floats,) = vectors(send("a cat"))
    text = send("a cat", encoding_format="base64").document["data"][0]["embedding"]
    assert list(struct.unpack(f"<{len(floats)}f", b64decode(text))) == floats


def test_usage_is_the_tokenizers_and_is_paid_for() -> None:
    app = mock()
    answer = send(["a cat", "two cats"], app)
    tokens = sum(1 + len(TOKENS.encode(text)) for text in ("a cat", "two cats"))
    assert answer.document["usage"] == {"prompt_tokens": tokens, "total_tokens": tokens}
    assert ledger(app)["charged"] == tokens * FACTS["embedding_price"]
    assert app.edge.journal.lines()[-1]["cost"] == tokens * FACTS["embedding_price"]
    assert ledger(app)["held"] == 0


def test_a_vector_of_nothing_known_still_has_length_one() -> None:
    found = list(vector([], 8, 8))
    assert math.isclose(product(found, found), 1, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("given", "members", "code", "param"),
    [
        ("", {}, "invalid_value", "input"),
        ([], {}, "invalid_value", "input"),
        (["a", ""], {}, "invalid_value", "input[1]"),
        (["a", 3], {}, "invalid_type", "input"),
        ("a", {"dimensions": 0}, "invalid_value", "dimensions"),
        ("a", {"dimensions": 769}, "invalid_value", "dimensions"),
        ("a", {"encoding_format": "int8"}, "unsupported_value", "encoding_format"),
        ("a", {"model": "text-embedding-3-small"}, "model_not_found", "model"),
        ("word " * 5000, {}, "context_length_exceeded", "input"),
    ],
)
def test_a_bad_request_is_refused_by_name(
    given: object, members: dict[str, Any], code: str, param: str
) -> None:
    answer = send(given, **members)
    assert answer.status in (400, 404)
    assert (answer.error["code"], answer.error["param"]) == (code, param)


def test_an_empty_wallet_pays_for_no_vector() -> None:
    key = {"authorization": "Bearer sk-aig-mock-no-credit"}
    answer = exchange(mock(), "POST", PATH, {"model": MODEL, "input": "a"}, headers=key)
    assert answer.status == 402
