"""pydantic-ai: `Agent` and `Embedder` with its OpenAI models.

Its structured output asks for a tool, which this model cannot call; text output and
`PromptedOutput` ask for none.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from openai import AsyncOpenAI
from pydantic_ai import Agent, Embedder
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


def agent(model: str, settings: Any = None, **told: Any) -> Agent:
    provider = OpenAIProvider(**told) if told else "openai"
    settings = {"temperature": 0.0, **(settings or {})}
    return Agent(OpenAIChatModel(model, provider=provider), model_settings=settings)


def refused(asking: Agent, text: str = "Hello!") -> int:
    with pytest.raises(ModelHTTPError) as caught:
        asking.run_sync(text)
    return caught.value.status_code


def test_chat(model: str) -> None:
    answer = agent(model).run_sync("Hello!")
    assert answer.output
    assert answer.response.finish_reason == "stop"
    assert answer.usage.output_tokens > 0


def test_chat_async(model: str) -> None:
    answer = asyncio.run(agent(model).run("Hello!"))
    assert answer.output == agent(model).run_sync("Hello!").output


def test_stream_async(model: str) -> None:
    async def parts() -> str:
        async with agent(model).run_stream("Hello!") as stream:
            return "".join([part async for part in stream.stream_text(delta=True)])

    assert asyncio.run(parts()) == agent(model).run_sync("Hello!").output


def test_usage_in_stream(model: str) -> None:
    async def counted() -> Any:
        async with agent(model).run_stream("Hello!") as stream:
            await stream.get_output()
            return stream.usage

    asked = agent(model).run_sync("Hello!").usage
    assert asyncio.run(counted()).output_tokens == asked.output_tokens > 0


def test_stream_left(model: str, slow: str) -> None:
    async def some() -> int:
        async with agent(model, base_url=slow).run_stream("Hello!") as stream:
            parts = stream.stream_text(delta=True, debounce_by=None)
            seen = [await anext(parts) for _ in range(3)]
            await parts.aclose()
            return len(seen)

    assert asyncio.run(some()) == 3


def test_length(model: str) -> None:
    answer = agent(model, {"max_tokens": 3}).run_sync("Hello!")
    assert (answer.response.finish_reason, answer.usage.output_tokens) == ("length", 3)


def test_embeddings(vectors: str) -> None:
    made = Embedder(f"openai:{vectors}").embed_documents_sync(["a", "b"])
    assert [len(each) for each in made.embeddings] == [768, 768]


def test_tools_refused(model: str) -> None:
    asking = agent(model)

    @asking.tool_plain
    def weather(city: str) -> str:
        """Tell the weather of a city."""
        return f"Rain in {city}"

    assert refused(asking) == 400


def test_wrong_key(model: str) -> None:
    assert refused(agent(model, api_key="sk-nobody")) == 401


def test_unknown_model() -> None:
    assert refused(agent("no/such")) == 404


def test_empty_wallet(model: str, poor: str) -> None:
    assert refused(agent(model, api_key=poor)) == 402


def test_limit_told(model: str, busy: str) -> None:
    client = AsyncOpenAI(base_url=busy, max_retries=0)
    assert refused(agent(model, openai_client=client), "pydantic-ai, once") == 429


def test_limit_waited_out(model: str, busy: str) -> None:
    assert agent(model, base_url=busy).run_sync("pydantic-ai, patiently").output
