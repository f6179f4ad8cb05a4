"""aigateway-py: each of its 21 operations, with both of its clients, and what goes wrong.

Its clients take the address as `base_url` without `/v1`, and the same one as `media_base_url`,
unless the mock was started with `--media-url`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aigateway import AIgateway, AIgatewayError, AsyncAIgateway
from openai import OpenAI

Ask = Callable[[Callable[[Any], Any]], Any]
ROOT = os.environ["OPENAI_BASE_URL"].removesuffix("/v1")
KEY = os.environ["OPENAI_API_KEY"]
QUICK = {"timeout_seconds": 20, "poll_interval_seconds": 0.05}


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Do a call with a client, and wait for it where the client is asynchronous."""
    key = getattr(request.node.get_closest_marker("key"), "args", (KEY,))[0]
    if request.param == "sync":
        with AIgateway(key, ROOT, ROOT) as client:
            yield lambda call: call(client)
        return
    with asyncio.Runner() as runner:
        waiting = AsyncAIgateway(key, ROOT, ROOT)
        yield lambda call: runner.run(call(waiting))
        runner.run(waiting.close())


def refused(ask: Ask, call: Callable[[Any], Any]) -> int | None:
    with pytest.raises(AIgatewayError) as caught:
        ask(call)
    return caught.value.status_code


def made(ask: Ask) -> Any:
    job = ask(lambda client: client.jobs.create_video(prompt="a sunset"))
    return ask(lambda client: client.jobs.wait(job.id, **QUICK))


def replayed(ask: Ask, model: str) -> Any:
    hello: Any = [{"role": "user", "content": "Hello!"}]
    source = OpenAI().chat.completions.create(model=model, messages=hello)._request_id
    told = {"source_request_id": source, "target_model": f"{model}:pirate"}
    return ask(lambda client: client.replays.run(**told))


def judged(ask: Ask, model: str) -> Any:
    told = {"candidate_models": [model], "dataset": [{"input": "x"}]}
    return ask(lambda client: client.evals.create(**told))


@pytest.mark.parametrize("kind", ["video", "music", "3d"])
def test_jobs_create(ask: Ask, kind: str) -> None:
    job = ask(lambda client: getattr(client.jobs, f"create_{kind}")(prompt="a sunset"))
    assert (job.status, job.modality) == ("queued", kind)


def test_jobs_get(ask: Ask) -> None:
    job = made(ask)
    assert ask(lambda client: client.jobs.get(job.id)) == job


def test_jobs_wait(ask: Ask) -> None:
    assert made(ask).status == "completed"


def test_jobs_cancel(ask: Ask) -> None:
    job = ask(lambda client: client.jobs.create_music(prompt="too long"))
    assert ask(lambda client: client.jobs.cancel(job.id)).status == "failed"
    assert ask(lambda client: client.jobs.wait(job.id, **QUICK)).status == "failed"


def test_files_download(ask: Ask) -> None:
    job = made(ask)
    whole = ask(lambda client: client.files.download(job.id, job.result["filename"]))
    assert len(whole) == job.result["bytes"]


def test_files_signed_url(ask: Ask) -> None:
    job = made(ask)
    signed = ask(lambda client: client.files.signed_url(job.id, job.result["filename"]))
    assert signed["url"].startswith(ROOT)


def test_sub_accounts_create(ask: Ask, model: str) -> None:
    child = ask(lambda client: client.sub_accounts.create(name="child"))
    hello: Any = [{"role": "user", "content": "Hello!"}]
    answer = OpenAI(api_key=child["key"]).chat.completions.create(model=model, messages=hello)
    assert answer.choices


def test_sub_accounts_get(ask: Ask) -> None:
    child = ask(lambda client: client.sub_accounts.create(name="child"))
    assert ask(lambda client: client.sub_accounts.get(child["id"]))["name"] == "child"


def test_sub_accounts_list(ask: Ask) -> None:
    child = ask(lambda client: client.sub_accounts.create(name="child"))
    assert child["id"] in [one["id"] for one in ask(lambda client: client.sub_accounts.list())]


def test_sub_accounts_delete(ask: Ask) -> None:
    child = ask(lambda client: client.sub_accounts.create(name="child"))
    assert ask(lambda client: client.sub_accounts.delete(child["id"]))["deleted"]


def test_evals_create(ask: Ask, model: str) -> None:
    assert judged(ask, model)["id"]


def test_evals_get(ask: Ask, model: str) -> None:
    run = judged(ask, model)
    assert ask(lambda client: client.evals.get(run["id"])) == run


def test_evals_list(ask: Ask, model: str) -> None:
    assert judged(ask, model) in ask(lambda client: client.evals.list())


def test_replays_run(ask: Ask, model: str) -> None:
    assert replayed(ask, model)["id"]


def test_replays_get(ask: Ask, model: str) -> None:
    replay = replayed(ask, model)
    assert ask(lambda client: client.replays.get(replay["id"])) == replay


def test_replays_list(ask: Ask, model: str) -> None:
    assert replayed(ask, model) in ask(lambda client: client.replays.list())


def test_webhook_secret_get(ask: Ask) -> None:
    secret = ask(lambda client: client.webhook_secret.get())
    assert ask(lambda client: client.webhook_secret.get()) == secret


def test_webhook_secret_rotate(ask: Ask) -> None:
    secret = ask(lambda client: client.webhook_secret.get())
    assert ask(lambda client: client.webhook_secret.rotate()) != secret


def test_models_list(ask: Ask, model: str) -> None:
    assert model in [each["id"] for each in ask(lambda client: client.models.list())]


def test_models_get(ask: Ask, model: str) -> None:
    assert ask(lambda client: client.models.get(model))["id"] == model


def test_unknown_job(ask: Ask) -> None:
    assert refused(ask, lambda client: client.jobs.get("job_no")) == 404


@pytest.mark.key("sk-nobody")
def test_wrong_key(ask: Ask) -> None:
    assert refused(ask, lambda client: client.models.list()) == 401


@pytest.mark.key(os.environ["GONOGO_POOR_KEY"])
def test_empty_wallet(ask: Ask) -> None:
    assert refused(ask, lambda client: client.jobs.create_video(prompt="a")) == 402
