"""openai: the official client, as it comes."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

HELLO: Any = [{"role": "user", "content": "Hello!"}]
TOOL: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def ask(model: str, text: str = "Hello!", client: OpenAI | None = None, **more: Any) -> Any:
    asked = {"model": model, "messages": [{"role": "user", "content": text}], "temperature": 0}
    return (client or OpenAI()).chat.completions.create(**asked | more)


def test_models(model: str) -> None:
    assert model in [each.id for each in OpenAI().models.list()]
    assert OpenAI().models.retrieve(model).id == model


def test_chat(model: str) -> None:
    answer = ask(model)
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_chat_async(model: str) -> None:
    async def whole() -> str | None:
        async with AsyncOpenAI() as client:
            answer = await client.chat.completions.create(
                model=model, messages=HELLO, temperature=0
            )
            return answer.choices[0].message.content

    assert asyncio.run(whole()) == ask(model).choices[0].message.content


def test_stream(model: str) -> None:
    text = "".join(part.choices[0].delta.content or "" for part in ask(model, stream=True))
    assert text == ask(model).choices[0].message.content


def test_stream_async(model: str) -> None:
    async def parts() -> str:
        async with AsyncOpenAI() as client:
            stream = await client.chat.completions.create(
                model=model, messages=HELLO, temperature=0, stream=True
            )
            return "".join([part.choices[0].delta.content or "" async for part in stream])

    assert asyncio.run(parts()) == ask(model).choices[0].message.content


def test_usage_in_stream(model: str) -> None:
    *_, last = ask(model, stream=True, stream_options={"include_usage": True})
    assert last.usage.total_tokens == ask(model).usage.total_tokens


def test_stream_left(model: str, slow: str) -> None:
    with ask(model, client=OpenAI(base_url=slow), stream=True) as stream:
        seen = [next(stream) for _ in range(3)]
    assert len(seen) == 3


def test_length(model: str) -> None:
    answer = ask(model, max_tokens=3)
    assert (answer.choices[0].finish_reason, answer.usage.completion_tokens) == ("length", 3)


def test_text_completion(model: str) -> None:
    answer = OpenAI().completions.create(model=model, prompt="Once", max_tokens=5)
    assert answer.choices[0].text
    assert answer.usage
    assert answer.usage.completion_tokens == 5


def test_embeddings(vectors: str) -> None:
    made = OpenAI().embeddings.create(model=vectors, input=["a", "b"], dimensions=64)
    assert [len(each.embedding) for each in made.data] == [64, 64]


def test_tools_refused(model: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(model, tools=[TOOL])
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "tools")


def test_wrong_key(model: str) -> None:
    with pytest.raises(openai.AuthenticationError):
        ask(model, client=OpenAI(api_key="sk-nobody"))


def test_unknown_model() -> None:
    with pytest.raises(openai.NotFoundError):
        ask("no/such")


def test_empty_wallet(model: str, poor: str) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(model, client=OpenAI(api_key=poor))
    assert caught.value.status_code == 402


def test_limit_told(model: str, busy: str) -> None:
    with pytest.raises(openai.RateLimitError) as caught:
        ask(model, "openai, once", OpenAI(base_url=busy, max_retries=0))
    assert caught.value.response.headers["retry-after"] == "1"


def test_limit_waited_out(model: str, busy: str) -> None:
    answer = ask(model, "openai, patiently", OpenAI(base_url=busy))
    assert answer.choices[0].message.content
