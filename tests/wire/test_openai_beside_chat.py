"""The official client and the operations beside chat, over loopback."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI

from tests.wire.serving import KEY, MODEL, Served, served

VECTORS = "google/embeddinggemma-300m"


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served() as running:
        yield running


@pytest.fixture
def client(mock: Served) -> Iterator[OpenAI]:
    with OpenAI(base_url=mock.url, api_key=KEY, max_retries=0) as made:
        yield made


def test_a_text_completion_is_typed_and_streams_alike(client: OpenAI) -> None:
    whole = client.completions.create(model=MODEL, prompt="Once upon a time", temperature=0)
    assert whole.choices[0].text
    assert whole.usage is not None
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    stream = client.completions.create(
        model=MODEL, prompt="Once upon a time", temperature=0, stream=True
    )
    assert "".join(chunk.choices[0].text for chunk in stream) == whole.choices[0].text


def test_embeddings_are_decoded_by_the_client(client: OpenAI) -> None:
    by_default = client.embeddings.create(model=VECTORS, input=["a", "b"], dimensions=64)
    floats = client.embeddings.create(
        model=VECTORS, input=["a", "b"], dimensions=64, encoding_format="float"
    )
    assert [len(one.embedding) for one in by_default.data] == [64, 64]
    for one, other in zip(by_default.data, floats.data, strict=True):
        assert list(one.embedding) == pytest.approx(other.embedding, abs=1e-7)


def test_refusals_raise_the_clients_own_errors(mock: Served, client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="suffix"):
        client.completions.create(model=MODEL, prompt="a", suffix="b")
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="text-embedding-3-small", input="a")
    with (
        OpenAI(base_url=mock.url, api_key="sk-nobody") as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.embeddings.create(model=VECTORS, input="a")
