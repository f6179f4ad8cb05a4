"""The official client against the mock, over loopback: it must not notice that it is a mock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from tests.wire.serving import KEY, MODEL, Served, served

HELLO = [{"role": "user", "content": "Hello!"}]


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served(keys=(f"sk-scoped={MODEL}:pirate",)) as running:
        yield running


@pytest.fixture
def client(mock: Served) -> Iterator[OpenAI]:
    with OpenAI(base_url=mock.url, api_key=KEY) as made:
        yield made


def other(mock: Served, key: str, retries: int = 0) -> OpenAI:
    return OpenAI(base_url=mock.url, api_key=key, max_retries=retries)


def test_a_whole_answer_is_typed_and_counted(client: OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=HELLO, temperature=0)
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer._request_id


def test_a_stream_says_what_the_whole_answer_says(client: OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=HELLO, temperature=0, n=2)
    texts = {0: "", 1: ""}
    usage = None
    for chunk in client.chat.completions.create(
        model=MODEL,
        messages=HELLO,
        temperature=0,
        n=2,
        stream=True,
        stream_options={"include_usage": True},
    ):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""
    assert texts == {choice.index: choice.message.content for choice in whole.choices}
    assert usage is not None
    assert whole.usage is not None
    assert usage.total_tokens == whole.usage.total_tokens


def test_the_quickstart_of_the_vendors_page_runs_unchanged(
    mock: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    client = OpenAI(
        base_url=mock.url,
        api_key=KEY,
    )

    stream = client.chat.completions.create(
        model="google/gemma-7b-it-lora",
        messages=[{"role": "user", "content": "Hello!"}],
        stream=True,
    )
    for chunk in stream:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
    client.close()
    assert len(capsys.readouterr().out) > 10


def test_the_asynchronous_client_streams_and_answers(mock: Served) -> None:
    async def talk() -> tuple[str, str]:
        async with AsyncOpenAI(base_url=mock.url, api_key=KEY) as client:
            whole = await client.chat.completions.create(model=MODEL, messages=HELLO, temperature=0)
            text = ""
            async for chunk in await client.chat.completions.create(
                model=MODEL, messages=HELLO, temperature=0, stream=True
            ):
                text += chunk.choices[0].delta.content or ""
            return text, whole.choices[0].message.content or ""

    streamed, whole = asyncio.run(talk())
    assert streamed == whole


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("sk-nobody", openai.AuthenticationError),
        ("sk-scoped", openai.PermissionDeniedError),
        (f"{KEY}-over-limit", openai.RateLimitError),
        (f"{KEY}-upstream-down", openai.InternalServerError),
        (f"{KEY}-saturated", openai.InternalServerError),
        (f"{KEY}-no-credit", openai.APIStatusError),
    ],
)
def test_each_account_raises_the_clients_own_error(
    mock: Served, key: str, error: type[openai.APIStatusError]
) -> None:
    with other(mock, key) as client, pytest.raises(error) as caught:
        client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    assert caught.value.code
    assert caught.value.request_id
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "error", "param"),
    [
        ({"model": "gpt-9"}, openai.NotFoundError, "model"),
        ({"temperature": 9}, openai.BadRequestError, "temperature"),
        ({"messages": [{"role": "user", "content": "word " * 5000}]}, openai.BadRequestError, None),
    ],
)
def test_a_bad_request_raises_the_clients_own_error(
    client: OpenAI,
    asked: dict[str, object],
    error: type[openai.APIStatusError],
    param: str | None,
) -> None:
    with pytest.raises(error) as caught:
        client.chat.completions.create(**{"model": MODEL, "messages": HELLO, **asked})  # type: ignore[call-overload]
    assert caught.value.param == (param or "messages")


def test_a_429_is_retried_by_the_client_as_its_header_says(mock: Served) -> None:
    began = time.monotonic()
    with other(mock, f"{KEY}-over-limit", retries=1) as client:
        with pytest.raises(openai.RateLimitError):
            client.chat.completions.create(model=MODEL, messages=HELLO)
        assert time.monotonic() - began >= 1
    calls = [line for line in mock.app.edge.journal.lines() if line["account"] == "over-limit"]
    assert len(calls) >= 2


def test_models_are_found_by_both_spellings_of_their_id(mock: Served, client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names == [MODEL, f"{MODEL}:pirate", f"{MODEL}:json"]
    assert client.models.retrieve(MODEL).id == MODEL
    with httpx.Client(headers={"authorization": f"Bearer {KEY}"}) as plain:
        assert plain.get(f"{mock.url}/models/{MODEL}").json()["id"] == MODEL
        assert plain.get(f"{mock.url}/models/google%2Fgemma-7b-it-lora:json").json()["parent"]
        assert plain.get(f"{mock.url}/models?modality=image").json()["data"] == []
        assert plain.get(f"{mock.url}/models?provider=google").json()["data"]
        assert plain.get(f"{mock.url}/models/{MODEL}:sailor").json()["error"]["code"] == (
            "adapter_not_found"
        )


def test_the_gateways_own_client_lists_and_gets_models(mock: Served) -> None:
    from aigateway import AIgateway

    with AIgateway(api_key=KEY, base_url=mock.root) as client:
        assert MODEL in [model["id"] for model in client.models.list(modality="text")]
        assert client.models.get(MODEL)["context_window"] == 4096
        assert client.models.list(provider="nobody") == []


@pytest.mark.parametrize(
    "variant",
    ["crlf", "comments", "no-space", "pretty", "escaped", "one-byte-writes", "role-repeated"],
)
def test_the_client_reads_legal_variants_alike(variant: str, client: OpenAI) -> None:
    plain = client.chat.completions.create(model=MODEL, messages=HELLO, temperature=0)
    with served(variants=(variant,)) as mock, other(mock, KEY) as differing:
        stream = differing.chat.completions.create(
            model=MODEL, messages=HELLO, temperature=0, stream=True
        )
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
        whole = differing.chat.completions.create(model=MODEL, messages=HELLO, temperature=0)
    assert text == whole.choices[0].message.content == plain.choices[0].message.content
