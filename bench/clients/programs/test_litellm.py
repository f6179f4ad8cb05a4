"""litellm: as a client, with models called `openai/...`.

It fetches its table of prices when it is imported, unless `LITELLM_LOCAL_MODEL_COST_MAP=True`.
A text completion asks for `text-completion-openai/...`. `dimensions` of an embedding it refuses by
itself for models that it does not know, and `drop_params` drops it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import litellm
import pytest

TOOL: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def asked(model: str, text: str = "Hello!", **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {"model": f"openai/{model}", "messages": messages, "temperature": 0, **more}


def ask(model: str, text: str = "Hello!", **more: Any) -> Any:
    return litellm.completion(**asked(model, text, **more))


def test_chat(model: str) -> None:
    answer = ask(model)
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_chat_async(model: str) -> None:
    answer: Any = asyncio.run(litellm.acompletion(**asked(model)))
    assert answer.choices[0].message.content == ask(model).choices[0].message.content


def test_stream(model: str) -> None:
    text = "".join(part.choices[0].delta.content or "" for part in ask(model, stream=True))
    assert text == ask(model).choices[0].message.content


def test_stream_async(model: str) -> None:
    async def parts() -> str:
        stream: Any = await litellm.acompletion(**asked(model, stream=True))
        return "".join([part.choices[0].delta.content or "" async for part in stream])

    assert asyncio.run(parts()) == ask(model).choices[0].message.content


def test_usage_in_stream(model: str) -> None:
    *_, last = ask(model, stream=True, stream_options={"include_usage": True})
    assert last.usage.total_tokens == ask(model).usage.total_tokens


def test_stream_left(model: str, slow: str) -> None:
    stream = ask(model, stream=True, api_base=slow)
    seen = [next(stream) for _ in range(3)]
    stream.completion_stream.close()
    assert len(seen) == 3


def test_length(model: str) -> None:
    answer = ask(model, max_tokens=3)
    assert (answer.choices[0].finish_reason, answer.usage.completion_tokens) == ("length", 3)


def test_text_completion(model: str) -> None:
    answer: Any = litellm.text_completion(
        model=f"text-completion-openai/{model}", prompt="Once", max_tokens=5
    )
    assert answer.choices[0].text
    assert answer.usage.completion_tokens == 5


def test_embeddings(vectors: str) -> None:
    made = litellm.embedding(model=f"openai/{vectors}", input=["a", "b"])
    assert [len(each["embedding"]) for each in made.data] == [768, 768]


def test_tools_refused(model: str) -> None:
    with pytest.raises(litellm.BadRequestError, match="tools"):
        ask(model, tools=[TOOL])


def test_wrong_key(model: str) -> None:
    with pytest.raises(litellm.AuthenticationError):
        ask(model, api_key="sk-nobody")


def test_unknown_model() -> None:
    with pytest.raises(litellm.NotFoundError):
        ask("no/such")


def test_empty_wallet(model: str, poor: str) -> None:
    with pytest.raises(litellm.APIError) as caught:
        ask(model, api_key=poor)
    assert caught.value.status_code == 402


def test_limit_told(model: str, busy: str) -> None:
    with pytest.raises(litellm.RateLimitError):
        ask(model, "litellm, once", api_base=busy, max_retries=0)


def test_limit_waited_out(model: str, busy: str) -> None:
    answer = ask(model, "litellm, patiently", api_base=busy)
    assert answer.choices[0].message.content
