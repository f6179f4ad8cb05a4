"""Scripts over the control API, by the header of a request, and from a file that changes."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mock_server.app import App
from mock_server.pace import SECOND
from tests.mock_server.driving import ask, body, exchange, mock
from tests.mock_server.scripts.playing import TOKEN, control, explained, play, said, statuses

BUSY = {"steps": [{"reply": {"status": 503, "times": 2}}]}


@pytest.fixture
def app() -> App:
    return mock(control_token=TOKEN)


def named(name: str) -> dict[str, str]:
    return {"x-gonogo-script": name}


def test_a_script_is_set_played_begun_anew_and_dropped(app: App) -> None:
    assert control(app, "GET", "scripts").document == {"scripts": {}, "wrong": None}
    put = control(app, "PUT", "scripts/main", BUSY)
    assert put.document["steps"] == [{"step": 1, "name": "step 1", "played": 0, "of": 2}]
    assert statuses(app, 3) == [503, 503, 200]
    (step,) = control(app, "GET", "scripts").document["scripts"]["main"]["steps"]
    assert step["played"] == 2
    assert control(app, "POST", "scripts/main/reset").document == {"reset": "main"}
    assert statuses(app, 3) == [503, 503, 200]
    assert control(app, "PUT", "scripts/main", BUSY).status == 200
    assert statuses(app, 1) == [503]
    assert control(app, "DELETE", "scripts/main").document == {"dropped": "main"}
    assert statuses(app, 2) == [200, 200]
    assert control(app, "DELETE", "scripts/main").status == 404
    assert control(app, "POST", "scripts/other/reset").status == 404


def test_scripts_of_several_names_are_played_apart(app: App) -> None:
    control(app, "PUT", "scripts/one", {"toml": "[[steps]]\nreply = {text = 'one'}"})
    control(app, "PUT", "scripts/two", {"yaml": "steps: [{reply: {text: two, times: 1}}]"})
    texts = []
    for name in ("one", "two", "one", "two"):
        answer = ask(app, headers=named(name)).document
        texts.append(answer["choices"][0]["message"]["content"])
    assert texts[:3] == ["one", "two", "one"]
    assert texts[3].startswith("1 2 3")
    assert said(app).startswith("1 2 3")
    assert explained(app, ask(app, headers=named("one")))["script"] == "one"


def test_what_is_set_as_next_is_played_before_the_main_script(tmp_path: Path) -> None:
    app = play(tmp_path, "[[steps]]\nreply = {text = 'one'}\nthen = [{text = 'two'}]")
    assert said(app) == "one"
    once = {"steps": [{"name": "for once", "reply": {"status": 503, "times": 1}}]}
    assert control(app, "PUT", "scripts/next", once).status == 200
    refused = ask(app)
    assert (refused.status, explained(app, refused)["script"]) == (503, "next")
    answer = ask(app)
    assert answer.document["choices"][0]["message"]["content"] == "two"
    told = [(one["script"], one["answers"]) for one in explained(app, answer)["steps"]]
    assert told == [("next", False), ("play", True)]
    early = {"steps": [{"reply": {"fault": "auth.no-key-refused", "times": 1}}]}
    control(app, "PUT", "scripts/next", early)
    nobody = {"authorization": ""}
    assert statuses(app, 2, headers=nobody) == [200, 401]


def test_a_script_has_an_address_of_its_own(app: App) -> None:
    control(app, "PUT", "scripts/broken", {"steps": [{"reply": {"status": 503}}]})
    asked = [
        exchange(app, "POST", f"/__gonogo__/as/{name}/v1/chat/completions", body())
        for name in ("broken", "main", "nobody")
    ]
    assert [answer.status for answer in asked] == [503, 200, 400]
    assert "there is no script 'nobody'" in asked[2].error["message"]
    assert exchange(app, "GET", "/__gonogo__/as/broken/v1/models").status == 200
    for path in ("as/broken", "as/broken/v1/nothing"):
        assert exchange(app, "GET", f"/__gonogo__/{path}").error["code"] == "unknown_url"
    assert exchange(app, "GET", "/__gonogo__/as/broken/__gonogo__/ledger").status == 404


def test_a_header_may_hold_a_whole_reply(app: App) -> None:
    reply = {"status": 503, "retry_after": 7}
    answer = ask(app, headers=named(json.dumps(reply)))
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")
    assert ask(app).status == 200
    cut = ask(app, body(stream=True), headers=named('{"cut": {"event": 2, "byte": 5}}'))
    assert (len(cut.writes), len(cut.writes[-1]), cut.ended) == (3, 5, False) or (
        len(cut.writes) == 2 and len(cut.writes[-1]) == 5
    )


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("nobody", "there is no script 'nobody'; set it over the control API"),
        ("{", "it is no reply: "),
        ('{"statu": 1}', "reply has no member 'statu'. Did you mean 'status'?"),
        ('{"fixture": "a.txt"}', "needs a script file"),
    ],
)
def test_a_header_that_cannot_be_followed_is_refused_in_a_sentence(
    app: App, header: str, words: str
) -> None:
    answer = ask(app, headers=named(header))
    assert (answer.status, answer.error["param"]) == (400, "x-gonogo-script")
    assert words in answer.error["message"]


@pytest.mark.parametrize(
    ("path", "sent", "words"),
    [
        ("scripts/main", {"steps": [{"reply": {"statu": 1}}]}, "Did you mean 'status'?"),
        ("scripts/main", {}, "steps is required and missing"),
        ("scripts/main", {"toml": "["}, "the script is not TOML"),
        ("scripts/main", [], "the body must be a JSON object"),
        ("scripts/a%20b", BUSY, "a script is named by up to 64 letters"),
    ],
)
def test_a_script_that_cannot_be_played_is_not_set(
    app: App, path: str, sent: Any, words: str
) -> None:
    answer = control(app, "PUT", path, sent)
    assert answer.status == 400
    assert words in answer.error["message"]
    assert control(app, "GET", "scripts").document["scripts"] == {}


def test_nothing_of_scripts_is_told_or_changed_without_the_token(app: App) -> None:
    for method, path in (
        ("GET", "scripts"),
        ("PUT", "scripts/main"),
        ("DELETE", "scripts/main"),
        ("POST", "scripts/main/reset"),
        ("GET", "explain/req_1"),
    ):
        assert control(app, method, path, BUSY, token="guess").status == 401
    assert statuses(app, 1) == [200]


def test_an_explanation_is_remembered_for_a_thousand_requests(app: App) -> None:
    control(app, "PUT", "scripts/main", {"steps": [{"reply": {"text": "x"}}]})
    first = ask(app)
    for _ in range(1000):
        ask(app)
    gone = control(app, "GET", f"explain/{first.headers['x-request-id']}")
    assert gone.status == 404
    assert "no request 'req_" in gone.error["message"]
    assert explained(app, ask(app))["step"] == 1


class Clock:
    now = 1_800_000_000 * SECOND

    def __call__(self) -> int:
        self.now += SECOND
        return self.now


def test_a_file_is_read_again_when_it_changes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = play(tmp_path, "[[steps]]\nreply = {text = 'one'}", clock=Clock())
    file = tmp_path / "play.toml"
    assert said(app) == "one"
    file.write_text("[[steps]]\nreply = {text = 'other'}", encoding="utf-8")
    assert said(app) == "other"
    with caplog.at_level(logging.WARNING):
        file.write_text("[[steps]]\nreply = {txt = 'half wri", encoding="utf-8")
        assert said(app) == "other"
    assert "play.toml: the script is not TOML" in caplog.text
    assert "not TOML" in control(app, "GET", "scripts").document["wrong"]
    file.unlink()
    assert said(app) == "other"
    file.write_text("[[steps]]\nreply = {status = 503, times = 1}", encoding="utf-8")
    assert statuses(app, 2) == [503, 200]
    assert control(app, "GET", "scripts").document["wrong"] is None


def test_a_fixture_that_changes_is_read_again(tmp_path: Path) -> None:
    fixture = tmp_path / "said.txt"
    fixture.write_text("one", encoding="utf-8")
    app = play(tmp_path, "[[steps]]\nreply = {fixture = 'said.txt'}", clock=Clock())
    assert said(app) == "one"
    fixture.write_text("another", encoding="utf-8")
    assert said(app) == "another"
    (tmp_path / "more.txt").write_text("more", encoding="utf-8")
    (tmp_path / "play.toml").write_text("[[steps]]\nreply = {fixture = 'more.txt'}")
    assert said(app) == "more"
    (tmp_path / "more.txt").write_text("even more", encoding="utf-8")
    assert said(app) == "even more"


def test_a_file_plays_again_when_what_was_set_in_its_place_is_dropped(tmp_path: Path) -> None:
    app = play(tmp_path, "[[steps]]\nreply = {status = 500, times = 1}")
    assert statuses(app, 2) == [500, 200]
    control(app, "PUT", "scripts/main", BUSY)
    assert statuses(app, 3) == [503, 503, 200]
    control(app, "DELETE", "scripts/main")
    assert statuses(app, 1) == [200]
    assert control(app, "POST", "scripts/main/reset").status == 200
    assert statuses(app, 2) == [500, 200]
    listed = control(app, "GET", "scripts").document["scripts"]["main"]
    assert (listed["from"], listed["name"], listed["steps"][0]["played"]) == ("file", "play", 1)


def test_a_mock_that_plays_no_script_reads_no_code_of_scripts() -> None:
    code = (
        "import sys; from mock_server.app import build; from mock_server.settings import Settings; "
        "build(Settings()); print([name for name in sys.modules if 'mock_server.scripts' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "['mock_server.scripts', 'mock_server.scripts.stage']"
