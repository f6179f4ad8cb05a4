"""aigateway-py: jobs, their files, and the calls back that it verifies."""

from __future__ import annotations

import json
import wave
from io import BytesIO

import httpx
import pytest
from aigateway import AIgateway, AIgatewayError, verify_webhook

from tests.wire.own_client.calls import own
from tests.wire.receiver import receiving
from tests.wire.serving import KEY, Served, served


def test_the_music_is_music(client: AIgateway) -> None:
    job = client.jobs.create_music(prompt="calm piano")
    client.jobs.wait(job.id, timeout_seconds=10, poll_interval_seconds=0.05)
    with wave.open(BytesIO(client.files.download(job.id, "music.wav"))) as tone:
        assert (tone.getnchannels(), tone.getnframes()) == (1, 8000)
        assert len(set(tone.readframes(8000))) > 50


def test_a_job_is_cancelled_and_the_wait_for_it_ends(client: AIgateway, mock: Served) -> None:
    before = mock.ledger()["charged"]
    job = client.jobs.create_video(prompt="too long")
    cancelled = client.jobs.cancel(job.id)
    assert cancelled.status == "failed"
    assert "ancelled" in (cancelled.error or "")
    assert client.jobs.wait(job.id, timeout_seconds=1).status == "failed"
    assert client.jobs.cancel(job.id).error == cancelled.error
    assert mock.ledger()["charged"] == before
    with pytest.raises(AIgatewayError) as caught:
        client.files.download(job.id, "video.mp4")
    assert caught.value.status_code == 404


def test_a_job_fails_where_the_provider_does_and_waits_where_it_is_full(mock: Served) -> None:
    with own(mock, f"{KEY}-upstream-down") as down:
        job = down.jobs.create_video(prompt="x")
        done = down.jobs.wait(job.id, timeout_seconds=10, poll_interval_seconds=0.05)
        assert (done.status, done.result_url) == ("failed", None)
        assert "provider failed" in (done.error or "")
    with own(mock, f"{KEY}-saturated") as full:
        job = full.jobs.create_video(prompt="x")
        with pytest.raises(AIgatewayError) as caught:
            full.jobs.wait(job.id, timeout_seconds=0.4, poll_interval_seconds=0.1)
        assert (caught.value.status_code, caught.value.type) == (408, "timeout_error")
        assert full.jobs.get(job.id).status == "queued"


def test_the_end_of_a_job_is_told_and_the_client_verifies_it(client: AIgateway) -> None:
    secret = client.webhook_secret.get()["secret"]
    with receiving((302, 204)) as receiver:
        job = client.jobs.create_video(prompt="x", webhook_url=f"{receiver.url}/hook")
        told = receiver.wait(2)
    assert [one.path for one in told] == ["/hook"] * 2
    assert [one.headers["aig-attempt"] for one in told] == ["1", "2"]
    assert len({one.body for one in told}) == 1
    for one in told:
        assert verify_webhook(secret, one.body, one.headers["x-gateway-signature"])
        assert not verify_webhook("whsec_other", one.body, one.headers["x-gateway-signature"])
        assert not verify_webhook(secret, one.body + b" ", one.headers["x-gateway-signature"])
    event = json.loads(told[0].body)
    assert event["type"] == "job.completed"
    assert event["data"]["job_id"] == job.id
    assert event["data"]["usage"]["cost_cents"] == 40
    assert httpx.get(event["data"]["result_url"]).status_code == 200


def test_a_rotated_secret_signs_and_the_old_one_does_not(client: AIgateway) -> None:
    old = client.webhook_secret.get()["secret"]
    new = client.webhook_secret.rotate()["secret"]
    assert new != old
    assert client.webhook_secret.get()["secret"] == new
    with receiving() as receiver:
        client.jobs.create_music(prompt="x", webhook_url=receiver.url)
        (one,) = receiver.wait(1)
    header = one.headers["x-gateway-signature"]
    assert verify_webhook(new, one.body, header)
    assert not verify_webhook(old, one.body, header)


def test_the_secret_is_each_accounts_own(mock: Served, client: AIgateway) -> None:
    with own(mock, f"{KEY}-small") as other:
        assert other.webhook_secret.get() != client.webhook_secret.get()


def test_the_media_host_may_be_another_and_then_is_the_only_one() -> None:
    with served(job_seconds=0, media_url="http://localhost:1") as mock:
        base = f"http://localhost:{mock.port}"
        object.__setattr__(mock.app.edge.gateway.settings, "media_url", base)
        with AIgateway(KEY, base_url=mock.root, media_base_url=base) as client:
            job = client.jobs.wait(client.jobs.create_video(prompt="x").id)
            assert job.result_url.startswith(f"{base}/v1/files/jobs/{job.id}/video.mp4/public?")
            assert client.files.download(job.id, "video.mp4")
            assert httpx.get(job.result_url).status_code == 200
        with own(mock) as mistaken, pytest.raises(AIgatewayError) as caught:
            mistaken.files.download(job.id, "video.mp4")
        assert caught.value.status_code == 404
        assert base in str(caught.value)
