"""Traces: what goes out and when, of calls that ended and of calls in flight, bounded, keyless."""

from __future__ import annotations

import json
from typing import Any

from mock_server.app import App, build
from mock_server.journal import DETAILED
from mock_server.pace import Pace
from mock_server.settings import Settings
from mock_server.trace import WRITES
from tests.mock_server.driving import Counting, ask, body, exchange, ledger, mock

TOKEN = "let-me-in"


def control(app: App, method: str, path: str, sent: Any = None, token: str = TOKEN) -> Any:
    headers = {"authorization": f"Bearer {token}"}
    return exchange(app, method, f"/__gonogo__/{path}", sent, headers)


def traced(**settings: Any) -> App:
    return mock(trace=True, control_token=TOKEN, **settings)


def test_a_trace_tells_what_was_asked_and_what_went_out() -> None:
    app = traced()
    headers = {"user-agent": "me/1 sk-aig-mock", "x-stainless-retry-count": "2"}
    ask(app, body(stream=True, stream_options={"include_usage": True}), headers=headers)
    ask(app, body(stream=True, stream_options={"include_usage": True}))
    exchange(app, "GET", "/v1/models?key=sk-aig-mock", headers={"content-type": ""})
    first, second, models = (line["trace"] for line in app.edge.journal.lines())
    assert first["request"] == second["request"] != models["request"]
    assert (first["retry"], second["retry"]) == (2, None)
    assert first["agent"] == "me/1 [key]"
    assert (first["asks_usage"], models["asks_usage"]) == (True, False)
    assert (models["key_in_query"], models["credential"]) == (True, "bearer")
    assert len(first["writes"]) == 14
    assert first["writes"][-1][1:] == [14, "data: [DONE]\n\n"]
    times = [write[0] for write in first["writes"]]
    assert times == sorted(times)
    assert "sk-aig-mock" not in json.dumps(app.edge.journal.lines())


def test_a_traced_mock_answers_and_charges_the_same() -> None:
    apps = [mock(), traced()]
    answers = [ask(app, body(stream=True, seed=1)).body for app in apps]
    assert len({answer.count(b"data:") for answer in answers}) == 1
    assert len({ledger(app)["charged"] for app in apps}) == 1
    assert "trace" not in apps[0].edge.journal.lines()[0]


def test_a_refusal_tells_when_to_come_back() -> None:
    app = traced()
    ask(app, headers={"authorization": "Bearer sk-aig-mock-over-limit"})
    (line,) = app.edge.journal.lines()
    assert line["trace"]["retry_after"] == "1"
    assert line["trace"]["writes"][0][1] > 50


def test_traces_are_bounded() -> None:
    app = traced(engine=Counting(length=3000))
    ask(app, body(stream=True))
    (line,) = app.edge.journal.lines()
    assert len(line["trace"]["writes"]) == WRITES
    assert line["trace"]["more"] == 3003 - WRITES
    for _ in range(DETAILED):
        ask(app)
    assert line["trace"]["writes"] == []
    assert app.edge.journal.lines()[-1]["trace"]["writes"]


def test_tracing_begins_and_stops_over_the_control_api() -> None:
    app = mock(control_token=TOKEN)
    ask(app)
    assert control(app, "PUT", "tracing", {"on": True}).document == {"tracing": True}
    ask(app)
    assert control(app, "GET", "live").document == {"tracing": True, "calls": []}
    control(app, "PUT", "tracing", {"on": False})
    ask(app)
    assert ["trace" in line for line in app.edge.journal.lines()] == [False, True, False]
    assert control(app, "PUT", "tracing", {"on": 1}).status == 400
    assert control(app, "GET", "live", token="guess").status == 401


def test_a_call_in_flight_is_told_as_far_as_it_is() -> None:
    seen: list[Any] = []

    async def sleep(seconds: float) -> None:
        (live,) = app.edge.journal.live(app.edge.clock())
        seen.append(live)

    pace = Pace.read({"between_tokens": "1s", "keep_alive": False})
    settings = Settings(trace=True, pace=pace, control_token=TOKEN)
    app = build(settings, engine=Counting(), sleep=_advancing(sleep))
    app.edge.clock = app.edge._waits._clock = _clock
    ask(app, body(stream=True, max_tokens=3))
    assert [len(live["trace"]["writes"]) for live in seen] == [2, 3]
    assert {live["status"] for live in seen} == {200}
    assert app.edge.journal.live(0) == []


_now = [1_800_000_000 * 10**9]


def _clock() -> int:
    return _now[0]


def _advancing(sleep: Any) -> Any:
    async def slept(seconds: float) -> None:
        _now[0] += round(seconds * 10**9)
        await sleep(seconds)

    return slept


def test_whoever_asked_is_graded_over_the_control_api() -> None:
    app = traced()
    ask(app, headers={"authorization": "Bearer sk-nobody"})
    ask(app, headers={"authorization": "Bearer sk-nobody"})
    card = control(app, "GET", "card").document
    assert card["failed"]
    assert card["marks"]["retry.refused-left-alone"] == "FAIL"
    assert card["marks"]["request.labelled"] == "PASS"
    assert card["marks"]["retry.after-kept"] == "NOT_SEEN"
