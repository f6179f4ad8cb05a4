"""aigateway-py: all 21 operations, synchronous and not, over loopback."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from aigateway import AIgateway, AIgatewayError, AsyncAIgateway

from openapi import account, contract
from tests.wire.own_client.calls import PIRATE, chat
from tests.wire.serving import KEY, MODEL, Served


def test_every_call_of_the_client_is_an_operation_of_our_documents() -> None:
    sent: set[tuple[str, str]] = set()

    def heard(request: httpx.Request) -> httpx.Response:
        sent.add((request.method, request.url.path.removeprefix("/v1")))
        return httpx.Response(200, json={"id": "1", "status": "queued", "data": []})

    with AIgateway("sk-aig-x", transport=httpx.MockTransport(heard)) as client:
        client.jobs.create_video(prompt="a")
        client.jobs.create_music(prompt="a")
        client.jobs.create_3d(prompt="a")
        client.jobs.get("1")
        client.jobs.cancel("1")
        for kind in (client.sub_accounts, client.evals):
            kind.create(name="a")
            kind.list()
            kind.get("1")
        client.sub_accounts.delete("1")
        client.replays.run(source_request_id="1")
        client.replays.list()
        client.replays.get("1")
        client.files.download("1", "f")
        client.files.signed_url("1", "f")
        client.webhook_secret.get()
        client.webhook_secret.rotate()
        client.models.list()
        client.models.get("m")
    assert len(sent) == 21
    for method, path in sent:
        assert any(
            method == operation.method and matches(operation.path, path)
            for operation in account().operations
        )
    ours = {operation.id for operation in contract().operations}
    assert {"listModels", "getModel"} <= ours


def matches(template: str, path: str) -> bool:
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(
        part.startswith("{") or part == word for part, word in zip(parts, given, strict=True)
    )


def test_the_asynchronous_client_does_all_of_it_too(mock: Served) -> None:
    async def whole() -> None:
        async with AsyncAIgateway(KEY, mock.root, mock.root, tag="async") as client:
            job = await client.jobs.create_video(prompt="x")
            done = await client.jobs.wait(job.id, timeout_seconds=10, poll_interval_seconds=0.05)
            assert done.status == "completed"
            assert await client.files.download(job.id, "video.mp4")
            assert (await client.files.signed_url(job.id, "video.mp4"))["url"]
            music = await client.jobs.create_music(prompt="x")
            assert (await client.jobs.cancel(music.id)).status == "failed"
            assert (await client.jobs.create_3d(prompt="x")).modality == "3d"
            assert (await client.jobs.get(music.id)).status == "failed"
            made = await client.sub_accounts.create(name="async")
            assert (await client.sub_accounts.get(made["id"]))["name"] == "async"
            assert made["id"] in [one["id"] for one in await client.sub_accounts.list()]
            assert (await client.sub_accounts.delete(made["id"]))["deleted"]
            run = await client.evals.create(candidate_models=[MODEL], dataset=[{"input": "x"}])
            assert await client.evals.get(run["id"]) == run
            assert run in await client.evals.list()
            source = chat()._request_id
            replay = await client.replays.run(source_request_id=source, target_model=PIRATE)
            assert await client.replays.get(replay["id"]) == replay
            assert replay in await client.replays.list()
            secret = await client.webhook_secret.get()
            assert await client.webhook_secret.rotate() != secret
            assert await client.models.list()
            assert (await client.models.get(MODEL))["id"] == MODEL
            with pytest.raises(AIgatewayError):
                await client.jobs.get("job_no")

    asyncio.run(whole())
