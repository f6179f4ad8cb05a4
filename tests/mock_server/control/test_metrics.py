"""Metrics: what Prometheus reads is what the ledger and the journal say."""

from __future__ import annotations

import sys

import pytest

from mock_server.app import App
from tests.mock_server.control.asking import TOKEN, control
from tests.mock_server.driving import ask, body, exchange, ledger, mock


def scraped(app: App) -> dict[tuple[str, ...], float]:
    from prometheus_client.parser import text_string_to_metric_families

    answer = control(app, "GET", "metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.body.decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_scrape_adds_up_what_happened() -> None:
    app = mock(control_token=TOKEN, variants=("crlf",))
    for _ in range(2):
        assert ask(app).status == 200
    ask(app, body(n=0))
    exchange(app, "GET", "/v1/models")
    exchange(app, "GET", "/nowhere")
    found, books = scraped(app), ledger(app)
    assert found["gonogo_requests_total", "createChatCompletion", "200"] == 2
    assert found["gonogo_requests_total", "createChatCompletion", "400"] == 1
    assert found["gonogo_requests_total", "listModels", "200"] == 1
    assert found["gonogo_requests_total", "", "404"] == 1
    for kind in ("prompt", "completion"):
        told = sum(entry[f"{kind}_tokens"] for entry in books["entries"])
        assert found["gonogo_tokens_total", kind] == told > 0
    assert found["gonogo_charged_usd_total",] == books["charged"] / 10**9 > 0
    assert found["gonogo_settled_requests_total",] == 2
    assert (found["gonogo_held_usd",], found["gonogo_calls_in_flight",]) == (0, 0)
    assert found["gonogo_behaviour", "variant", "crlf"] == 1


def test_without_the_client_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    answer = control(mock(control_token=TOKEN), "GET", "metrics")
    assert answer.status == 501
    assert "pip install 'gonogo[metrics]'" in answer.error["message"]
