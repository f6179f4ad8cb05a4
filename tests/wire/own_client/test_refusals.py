"""aigateway-py: what cannot be raises its own error, with the right status and type."""

from __future__ import annotations

from typing import Any

import pytest
from aigateway import AIgateway, AIgatewayError

from tests.wire.own_client.calls import own
from tests.wire.serving import KEY, MODEL, Served


@pytest.mark.parametrize(
    ("call", "status", "kind"),
    [
        (lambda c: c.jobs.get("job_no"), 404, "not_found"),
        (lambda c: c.jobs.cancel("job_no"), 404, "not_found"),
        (lambda c: c.jobs.create_video(), 400, "invalid_request_error"),
        (lambda c: c.jobs.create_video(prompt=""), 400, "invalid_request_error"),
        (lambda c: c.jobs.create_video(prompt="x", duration=-1), 400, "invalid_request_error"),
        (lambda c: c.jobs.create_video(prompt="x", webhook_url="x"), 400, "invalid_request_error"),
        (
            lambda c: c.jobs.create_video(prompt="x", webhook_url="https://far.example/hook"),
            400,
            "invalid_request_error",
        ),
        (lambda c: c.files.download("job_no", "video.mp4"), 404, "not_found"),
        (lambda c: c.files.signed_url("job_no", "video.mp4"), 404, "not_found"),
        (lambda c: c.sub_accounts.create(), 400, "invalid_request_error"),
        (
            lambda c: c.sub_accounts.create(name="x", spend_cap_cents=-1),
            400,
            "invalid_request_error",
        ),
        (
            lambda c: c.sub_accounts.create(name="x", default_tag="a/b"),
            400,
            "invalid_request_error",
        ),
        (lambda c: c.sub_accounts.get("sa_no"), 404, "not_found"),
        (lambda c: c.evals.get("eval_no"), 404, "not_found"),
        (
            lambda c: c.evals.create(candidate_models=["gpt-9"], dataset=[{"input": "x"}]),
            404,
            "not_found",
        ),
        (
            lambda c: c.evals.create(candidate_models=[MODEL], dataset=[]),
            400,
            "invalid_request_error",
        ),
        (lambda c: c.replays.get("replay_no"), 404, "not_found"),
        (
            lambda c: c.replays.run(source_request_id="req_no", target_model=MODEL),
            404,
            "not_found",
        ),
        (lambda c: c.replays.list(limit=0), 400, "invalid_request_error"),
        (lambda c: c.models.get("gpt-9"), 404, "not_found"),
    ],
)
def test_what_cannot_be_raises_the_clients_own_error(
    client: AIgateway, call: Any, status: int, kind: str
) -> None:
    with pytest.raises(AIgatewayError) as caught:
        call(client)
    assert (caught.value.status_code, caught.value.type) == (status, kind)
    assert str(caught.value)


CALLS: list[Any] = [
    lambda c: c.jobs.create_video(prompt="x"),
    lambda c: c.jobs.create_music(prompt="x"),
    lambda c: c.jobs.create_3d(prompt="x"),
    lambda c: c.jobs.get("x"),
    lambda c: c.jobs.cancel("x"),
    lambda c: c.sub_accounts.create(name="x"),
    lambda c: c.sub_accounts.list(),
    lambda c: c.sub_accounts.get("x"),
    lambda c: c.sub_accounts.delete("x"),
    lambda c: c.evals.create(candidate_models=[MODEL], dataset=[{"input": "x"}]),
    lambda c: c.evals.list(),
    lambda c: c.evals.get("x"),
    lambda c: c.replays.run(source_request_id="x", target_model=MODEL),
    lambda c: c.replays.list(),
    lambda c: c.replays.get("x"),
    lambda c: c.files.download("x", "y"),
    lambda c: c.files.signed_url("x", "y"),
    lambda c: c.webhook_secret.get(),
    lambda c: c.webhook_secret.rotate(),
    lambda c: c.models.list(),
    lambda c: c.models.get(MODEL),
]


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_every_operation_asks_for_a_key_and_counts_against_its_rate(
    mock: Served, number: int
) -> None:
    for key, status in (("sk-nobody", 401), (f"{KEY}-over-limit", 429)):
        with own(mock, key) as stranger, pytest.raises(AIgatewayError) as caught:
            CALLS[number](stranger)
        assert caught.value.status_code == status


@pytest.mark.parametrize("number", [0, 1, 2, 9])
def test_what_costs_is_402_for_an_empty_wallet(mock: Served, number: int) -> None:
    with own(mock, f"{KEY}-no-credit") as poor, pytest.raises(AIgatewayError) as caught:
        CALLS[number](poor)
    assert (caught.value.status_code, caught.value.type) == (402, "insufficient_credits")
