"""langchain-openai: `ChatOpenAI`, `OpenAI` and `OpenAIEmbeddings`.

A stream counts its tokens only with `stream_usage=True` once the base URL is not OpenAI's own.
`OpenAIEmbeddings` sends token numbers unless `check_embedding_ctx_length=False`, and fetches its
tokenizer over the network to do so. Asynchronous calls of one process share connections: in a
second event loop they fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import reduce
from operator import add
from typing import Any

import openai
import pytest
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def chat(model: str, **more: Any) -> ChatOpenAI:
    return ChatOpenAI(model=model, temperature=0, **more)


def test_chat(model: str) -> None:
    answer = chat(model).invoke("Hello!")
    assert answer.content
    assert answer.response_metadata["finish_reason"] == "stop"
    assert answer.usage_metadata
    assert answer.usage_metadata["output_tokens"] > 0


def test_chat_async(model: str, loop: asyncio.Runner) -> None:
    answer = loop.run(chat(model).ainvoke("Hello!"))
    assert answer.content == chat(model).invoke("Hello!").content


def test_stream(model: str) -> None:
    text = "".join(str(part.content) for part in chat(model).stream("Hello!"))
    assert text == chat(model).invoke("Hello!").content


def test_stream_async(model: str, loop: asyncio.Runner) -> None:
    async def parts() -> str:
        return "".join([str(part.content) async for part in chat(model).astream("Hello!")])

    assert loop.run(parts()) == chat(model).invoke("Hello!").content


def test_usage_in_stream(model: str) -> None:
    whole: Any = reduce(add, chat(model, stream_usage=True).stream("Hello!"))
    asked = chat(model).invoke("Hello!").usage_metadata
    assert asked
    assert whole.usage_metadata["total_tokens"] == asked["total_tokens"]


def test_stream_left(model: str, slow: str) -> None:
    stream = chat(model, base_url=slow).stream("Hello!")
    seen = [next(stream) for _ in range(3)]
    stream.close()  # type: ignore[attr-defined]
    assert len(seen) == 3


def test_length(model: str) -> None:
    answer = chat(model, max_tokens=3).invoke("Hello!")
    assert answer.response_metadata["finish_reason"] == "length"


def test_text_completion(model: str) -> None:
    assert OpenAI(model=model, max_tokens=5).invoke("Once")


def test_embeddings(vectors: str) -> None:
    embeddings = OpenAIEmbeddings(
        model=vectors, dimensions=64, check_embedding_ctx_length=False
    ).embed_documents(["a", "b"])
    assert [len(each) for each in embeddings] == [64, 64]


def test_tools_refused(model: str) -> None:
    @tool
    def weather(city: str) -> str:
        """Tell the weather of a city."""
        return f"Rain in {city}"

    with pytest.raises(openai.BadRequestError) as caught:
        chat(model).bind_tools([weather]).invoke("What is the weather in Bergen?")
    assert caught.value.code == "unsupported_parameter"


def test_wrong_key(model: str) -> None:
    with pytest.raises(openai.AuthenticationError):
        chat(model, api_key="sk-nobody").invoke("Hello!")


def test_unknown_model() -> None:
    with pytest.raises(openai.NotFoundError):
        chat("no/such").invoke("Hello!")


def test_empty_wallet(model: str, poor: str) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        chat(model, api_key=poor).invoke("Hello!")
    assert caught.value.status_code == 402


def test_limit_told(model: str, busy: str) -> None:
    with pytest.raises(openai.RateLimitError):
        chat(model, base_url=busy, max_retries=0).invoke("langchain, once")


def test_limit_waited_out(model: str, busy: str) -> None:
    assert chat(model, base_url=busy).invoke("langchain, patiently").content
