"""aigateway-py: sub-accounts, evals, replays, models, and the money they cost."""

from __future__ import annotations

import httpx
import pytest
from aigateway import AIgateway, AIgatewayError
from openai import APIStatusError

from tests.wire.own_client.calls import PIRATE, chat, own
from tests.wire.serving import KEY, MODEL, Served


@pytest.mark.parametrize(
    ("create", "modality", "begins"),
    [
        ("create_video", "video", b"\x00\x00\x00\x1cftypisom"),
        ("create_music", "music", b"RIFF"),
        ("create_3d", "3d", b"glTF\x02"),
    ],
)
def test_a_job_is_begun_waited_for_and_downloaded(
    client: AIgateway, create: str, modality: str, begins: bytes
) -> None:
    job = getattr(client.jobs, create)(prompt="a sunset", webhook_url="http://localhost:1")
    assert (job.status, job.modality, job.result_url) == ("queued", modality, None)
    done = client.jobs.wait(job.id, timeout_seconds=10, poll_interval_seconds=0.05)
    assert (done.id, done.status, done.error) == (job.id, "completed", None)
    assert done.updated_at >= done.created_at == job.created_at
    name = done.result["filename"]
    whole = client.files.download(job.id, name)
    assert whole.startswith(begins)
    assert len(whole) == done.result["bytes"]
    opened = httpx.get(done.result_url)
    assert opened.content == whole
    assert opened.headers["content-type"] == done.result["content_type"]
    signed = client.files.signed_url(job.id, name, expires_in=60)
    assert httpx.get(signed["url"]).content == whole
    assert signed["expires_at"] > done.created_at


def test_a_sub_accounts_key_works_until_its_cap_and_then_is_402(
    mock: Served, client: AIgateway
) -> None:
    made = client.sub_accounts.create(
        name="acme", external_ref="crm-7", spend_cap_cents=0, default_tag="tenant:acme"
    )
    with pytest.raises(APIStatusError) as caught:
        chat(made["key"])
    assert (caught.value.status_code, caught.value.code) == (402, "budget_exceeded")
    roomy = client.sub_accounts.create(name="roomy", spend_cap_cents=1)
    asked = {"messages": [{"role": "user", "content": "Count from 1 to 500."}], "n": 8}
    assert chat(roomy["key"], **asked).choices
    with pytest.raises(APIStatusError) as caught:
        all(chat(roomy["key"], **asked) for _ in range(100))
    assert caught.value.status_code == 402
    shown = client.sub_accounts.get(roomy["id"])
    assert 0 < shown["spent_cents"] <= 1
    assert "key" not in shown
    assert made["id"] in [one["id"] for one in client.sub_accounts.list()]


def test_a_sub_accounts_rate_models_and_end(mock: Served, client: AIgateway) -> None:
    made = client.sub_accounts.create(
        name="slow", spend_cap_cents=100, rate_limit_rpm=2, allowed_models=[PIRATE]
    )
    key = made["key"]
    assert chat(key, model=PIRATE).choices
    with pytest.raises(APIStatusError) as caught:
        chat(key)
    assert caught.value.status_code == 403
    with pytest.raises(APIStatusError) as caught:
        chat(key, model=PIRATE)
    assert caught.value.status_code == 429
    with own(mock, key) as customer, pytest.raises(AIgatewayError):
        customer.sub_accounts.create(name="mine")
    assert client.sub_accounts.delete(made["id"])["deleted"] is True
    with pytest.raises(APIStatusError) as caught:
        chat(key, model=PIRATE)
    assert caught.value.status_code == 401
    with pytest.raises(AIgatewayError) as gone:
        client.sub_accounts.get(made["id"])
    assert (gone.value.status_code, gone.value.type) == (404, "not_found")


def test_what_a_sub_account_spends_is_its_makers(mock: Served) -> None:
    headers = {"authorization": f"Bearer {KEY}"}
    with own(mock) as client, httpx.Client(base_url=mock.url, headers=headers) as plain:
        before = plain.get("/balance").json()["balance_cents"]
        made = client.sub_accounts.create(name="payer", default_tag="tenant-7")
        chat(made["key"])
        after = plain.get("/balance").json()
        assert after["balance_cents"] < before
        rows = {row["label"]: row for row in plain.get("/usage/by-tag").json()["data"]}
        assert rows["tenant-7"]["requests"] == 1
        by_account = plain.get("/usage/by-sub-account").json()["data"]
        assert "payer" in [row["label"] for row in by_account]
        recent = plain.get("/usage/recent?limit=1").json()["data"][0]
        assert (recent["tag"], recent["status"]) == ("tenant-7", 200)
        assert recent["cost_cents"] == pytest.approx(before - after["balance_cents"], abs=1e-6)
        assert plain.get("/usage/by-tag?month=2001-01").json()["data"] == []
        assert plain.get("/usage/by-tag?month=2001-13").status_code == 400


def test_an_eval_finds_a_winner_whose_alias_answers(mock: Served, client: AIgateway) -> None:
    plain = chat(temperature=0, model=PIRATE).choices[0].message.content
    run = client.evals.create(
        name="greetings",
        candidate_models=[MODEL, PIRATE],
        dataset=[{"input": "Hello!", "expected": plain}, {"input": "Bye!"}],
        metric="quality",
    )
    assert run["winner_model"] == PIRATE
    assert run["summary"][PIRATE]["quality"] == 1
    assert run["summary"][MODEL]["quality"] < 1
    assert client.evals.get(run["id"]) == run
    assert client.evals.list()[0] == run
    aliased = chat(temperature=0, model=run["alias"])
    assert aliased.choices[0].message.content == plain
    assert aliased.model == run["alias"]
    with pytest.raises(APIStatusError) as caught:
        chat(f"{KEY}-small", model=run["alias"])
    assert caught.value.status_code == 404


@pytest.mark.parametrize("metric", ["cost", "speed"])
def test_an_eval_by_cost_or_speed_prefers_the_shorter(client: AIgateway, metric: str) -> None:
    dataset = [{"input": f"Tell me about {word}."} for word in ("cats", "rain", "tea")]
    run = client.evals.create(candidate_models=[PIRATE, MODEL], dataset=dataset, metric=metric)
    word = {"cost": "cost_cents", "speed": "completion_tokens"}[metric]
    assert run["summary"][run["winner_model"]][word] == min(
        row[word] for row in run["summary"].values()
    )


def test_a_past_request_is_replayed_on_another_model(mock: Served, client: AIgateway) -> None:
    source = chat(temperature=0)
    target = chat(temperature=0, model=PIRATE).choices[0].message.content
    replay = client.replays.run(source_request_id=source._request_id, target_model=PIRATE)
    assert replay["source_output"] == source.choices[0].message.content
    assert replay["target_output"] == target
    assert replay["source_model"] == MODEL
    assert 0 <= replay["score_delta"] < 1
    assert replay["diff"] == {"same": False}
    shadow = client.replays.run(
        source_request_id=source._request_id, target_model=MODEL, shadow=True
    )
    assert (shadow["source_output"], shadow["diff"]["same"]) == (None, True)
    assert client.replays.list(limit=1) == [shadow]
    assert client.replays.get(replay["id"]) == replay
    with own(mock, f"{KEY}-small") as other, pytest.raises(AIgatewayError) as caught:
        other.replays.run(source_request_id=source._request_id, target_model=MODEL)
    assert caught.value.status_code == 404


def test_models_are_listed_and_found(client: AIgateway) -> None:
    assert MODEL in [model["id"] for model in client.models.list(modality="text")]
    assert client.models.list(provider="nobody") == []
    assert client.models.get(MODEL)["context_window"] == 4096
