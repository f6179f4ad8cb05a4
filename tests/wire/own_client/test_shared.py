"""aigateway-py: two mocks with one Redis are one gateway, whichever of them is asked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import httpx
import pytest
from aigateway import AIgateway, AIgatewayError
from openai import OpenAI

from mock_server.state import redis
from tests.redis_server import RedisServer
from tests.wire.own_client.calls import own
from tests.wire.serving import MODEL, served

pytestmark = [pytest.mark.redis, pytest.mark.xdist_group("workers")]
NAMES = itertools.count()


@pytest.fixture
def pair(server: RedisServer) -> Iterator[tuple[AIgateway, AIgateway]]:
    state = redis.prepared(f"{server.url}?name=pair-{next(NAMES)}", workers=2)
    with (
        served(state=state, job_seconds=0.2) as first,
        served(state=state, job_seconds=0.2) as second,
        own(first) as one,
        own(second) as other,
    ):
        yield one, other


def test_a_job_is_begun_at_one_and_waited_for_cancelled_and_opened_at_the_other(
    pair: tuple[AIgateway, AIgateway],
) -> None:
    one, other = pair
    job = one.jobs.create_music(prompt="a march")
    done = other.jobs.wait(job.id, timeout_seconds=10, poll_interval_seconds=0.05)
    assert done.status == "completed"
    whole = other.files.download(job.id, "music.wav")
    assert whole == one.files.download(job.id, "music.wav")
    assert httpx.get(done.result_url).content == whole
    elsewhere = one.files.signed_url(job.id, "music.wav")["url"].replace(
        one.base_url, other.base_url
    )
    assert elsewhere.startswith(other.base_url)
    assert httpx.get(elsewhere).content == whole
    long = other.jobs.create_video(prompt="too long")
    assert one.jobs.cancel(long.id).status == "failed"
    assert other.jobs.get(long.id).status == "failed"


def test_a_sub_account_made_at_one_is_capped_and_closed_at_the_other(
    pair: tuple[AIgateway, AIgateway],
) -> None:
    one, other = pair
    child = one.sub_accounts.create(name="child", spend_cap_cents=0)
    asked = {"model": MODEL, "messages": [{"role": "user", "content": "Hello!"}]}
    with OpenAI(base_url=f"{other.base_url}/v1", api_key=child["key"], max_retries=0) as client:
        answer = client.chat.completions.with_raw_response
        with pytest.raises(Exception, match="cap") as caught:
            answer.create(**asked)
        assert caught.value.status_code == 402
        assert other.sub_accounts.delete(child["id"])["deleted"]
        with pytest.raises(Exception, match="key") as caught:
            answer.create(**asked)
        assert caught.value.status_code == 401
    with pytest.raises(AIgatewayError):
        one.sub_accounts.get(child["id"])


def test_a_secret_changed_at_one_is_changed_at_the_other(
    pair: tuple[AIgateway, AIgateway],
) -> None:
    one, other = pair
    before = other.webhook_secret.get()
    after = one.webhook_secret.rotate()
    assert other.webhook_secret.get() == after != before
    run = one.evals.create(candidate_models=[MODEL], dataset=[{"input": "x"}])
    assert other.evals.get(run["id"]) == run
