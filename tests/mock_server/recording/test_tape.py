"""The tape: recorded answers to the byte, in their order, and a reason for every hit and miss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mock_server.app import App
from mock_server.engines import EngineError, build
from mock_server.explanations import EXPLAINED
from mock_server.recording.fixture import SUFFIX, Fixture
from mock_server.settings import SettingsError
from mock_server.state import Find
from tests.mock_server.driving import KEY, MODEL, TOKENS, Answer, ask, body, exchange, mock
from tests.mock_server.recording.fixtures import STREAM, answered, asked, fixture

EVENTS = ('data: {"a":1}\n\n', "data: \xe9".encode("latin-1") + b"\n", b"\ndata: [DONE]\n\n")


def tape(folder: Path, *fixtures: Fixture, **options: Any) -> App:
    for number, one in enumerate(fixtures, 1):
        (folder / f"{number:04d}-x{SUFFIX}").write_text(one.text(), encoding="utf-8")
    engine = build("replay", TOKENS, {"fixtures": folder, **options})
    return mock(engine=engine)


def explained(app: App, answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = app.edge.state.grant(Find(EXPLAINED, answer.headers["x-request-id"]), 0)
    return told


def test_an_answer_is_given_again_to_the_byte_and_the_chunk(tmp_path: Path) -> None:
    kept = fixture(asked(body(stream=True)), **answered(*EVENTS, label=STREAM, x_thing="1"))
    app = tape(tmp_path, kept)
    answer = ask(app, body(stream=True))
    assert answer.writes == [chunk.data for chunk in kept.chunks]
    assert (answer.status, answer.headers["content-type"]) == (200, STREAM)
    assert answer.headers["x-thing"] == "1"
    assert "content-length" not in answer.headers


def test_a_whole_answer_has_its_length(tmp_path: Path) -> None:
    app = tape(
        tmp_path, fixture(**answered('{"a"', ":1}", status=404, content_length="7", date="x"))
    )
    answer = ask(app)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (404, b'{"a":1}', "7")
    assert "date" not in answer.headers


def test_what_our_contract_would_refuse_is_played_all_the_same(tmp_path: Path) -> None:
    sent = body(tools=[{"type": "function"}], model="gpt-9")
    elsewhere = asked({"input": "x"}, path="/v1/responses")
    app = tape(tmp_path, fixture(asked(sent)), fixture(elsewhere))
    assert ask(app, sent, headers={"authorization": ""}).body == b'{"a":1}'
    assert exchange(app, "POST", "/v1/responses", {"input": "x"}).body == b'{"a":1}'


def test_the_same_request_gets_its_answers_in_order_and_then_the_last(tmp_path: Path) -> None:
    app = tape(tmp_path, *(fixture(**answered(f'"{n}"', content_length="3")) for n in (1, 2)))
    assert [ask(app).document for _ in range(4)] == ["1", "2", "2", "2"]


def test_every_hit_is_explained(tmp_path: Path) -> None:
    app = tape(tmp_path, fixture(), fixture())
    ask(app)
    told = explained(app, ask(app))
    assert (told["fixture"], told["play"], told["of"]) == ("0002-x", 2, 2)


def test_a_miss_is_404_and_tells_how_near_each_recording_came(tmp_path: Path) -> None:
    near, far = fixture(asked(body(seed=1))), fixture(asked({"x": 1}, path="/v1/other"))
    app = tape(tmp_path, far, near)
    answer = ask(app, body(seed=2))
    assert (answer.status, answer.error["type"]) == (404, "not_found")
    assert answer.headers["x-request-id"] in answer.error["message"]
    told = explained(app, answer)
    assert (told["fixture"], told["otherwise"]) == (None, None)
    assert [line["fixture"] for line in told["fixtures"]] == ["0002-x", "0001-x"]
    assert told["fixtures"][0]["against"] == [{"condition": "seed", "expected": "1", "got": "2"}]


def test_a_miss_falls_to_a_named_engine_and_its_rules(tmp_path: Path) -> None:
    app = tape(tmp_path, fixture(asked(body("recorded"))), fallback="seeded")
    assert ask(app, body("recorded")).body == b'{"a":1}'
    other = ask(app, body("new"))
    assert other.document["choices"][0]["message"]["content"]
    assert ask(app, body("new", temperature=9)).status == 400
    assert explained(app, other)["otherwise"] == "seeded"
    assert exchange(app, "GET", "/v1/models").document["data"][0]["id"] == MODEL


def test_what_is_only_read_is_the_mocks_own_where_nothing_was_recorded(tmp_path: Path) -> None:
    models = asked(None, "GET", "/v1/models", headers={})
    recorded = tape(
        tmp_path / "one" if (tmp_path / "one").mkdir() is None else tmp_path, fixture(models)
    )
    assert exchange(recorded, "GET", "/v1/models").body == b'{"a":1}'
    assert exchange(recorded, "HEAD", "/v1/models").status == 200
    assert exchange(recorded, "GET", "/healthz").document["engine"] == "replay"
    assert exchange(recorded, "GET", "/v1/models", headers={"authorization": ""}).status == 200


def test_a_key_that_stands_in_a_body_is_no_difference(tmp_path: Path) -> None:
    hidden = "redacted-redacted-"[: len("sk-aig-mock")]
    app = tape(tmp_path, fixture(asked(body(f"my key is {hidden}"))))
    assert ask(app, body("my key is sk-aig-mock"), headers=KEY).status == 200


def test_what_is_ignored_does_not_count(tmp_path: Path) -> None:
    app = tape(tmp_path, fixture(asked(body(user="a"))), ignore=("user",))
    assert ask(app, body(user="b")).status == 200


def test_a_timed_tape_takes_the_time_it_took(tmp_path: Path) -> None:
    now = [0]
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += round(seconds * 1e9)

    from mock_server.app import build as made
    from mock_server.settings import Settings

    kept = fixture(asked(body(stream=True)), **answered(*EVENTS, label=STREAM))
    (tmp_path / f"1{SUFFIX}").write_text(kept.text())
    engine = build("replay", TOKENS, {"fixtures": tmp_path, "timed": True})
    app = made(Settings(), engine=engine, clock=lambda: now[0], sleep=sleep)
    assert ask(app, body(stream=True)).body == kept.body
    assert slept == [1.0, 0.125, 0.125]


def test_a_client_that_leaves_stops_the_tape(tmp_path: Path) -> None:
    kept = fixture(
        asked(body(stream=True)), **answered(*[f"data: {n}\n\n" for n in range(50)], label=STREAM)
    )
    answer = ask(tape(tmp_path, kept), body(stream=True), leaves_after=2)
    assert len(answer.writes) < 10
    assert not answer.ended


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "needs --fixtures"),
        ({"fixtures": "nowhere"}, "no such folder"),
        ({"fixtures": "."}, "holds no fixture"),
        ({"fixtures": "good", "fallback": "replay"}, "cannot fall back on itself"),
        ({"fixtures": "good", "fallback": "seded"}, "did you mean 'seeded'"),
    ],
)
def test_what_cannot_be_played_is_said_at_the_start(
    tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    good = tmp_path / "good"
    good.mkdir()
    (good / f"1{SUFFIX}").write_text(fixture().text())
    given = {
        name: tmp_path / value if name == "fixtures" else value for name, value in options.items()
    }
    with pytest.raises(EngineError, match=said):
        build("replay", TOKENS, given)


def test_a_mock_does_not_start_with_a_broken_fixture(tmp_path: Path) -> None:
    from mock_server.app import build as made
    from mock_server.settings import Settings

    (tmp_path / f"1{SUFFIX}").write_text("{")
    with pytest.raises(SettingsError, match=f"1{SUFFIX}: is no fixture"):
        made(Settings(engine="replay", engine_options={"fixtures": str(tmp_path)}))
