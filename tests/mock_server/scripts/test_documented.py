"""The scripts of the documentation do what the words beside them say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.app import App
from mock_server.cli import main
from tests.mock_server.driving import ask, body, exchange, mock
from tests.mock_server.scripts.playing import TOKEN, control, events, explained, play, said, texts

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(toml|yaml)\n# ([\w-]+\.(?:toml|yaml))\n(.*?)^```$", re.M | re.S)
SCRIPTS = {
    name: text
    for page in PAGES
    for _, name, text in FENCE.findall(page.read_text(encoding="utf-8"))
    if "steps" in text
}
STREAM = body(stream=True)


def turn(*texts: str) -> dict[str, object]:
    roles = ["user", "assistant"] * len(texts)
    pairs = zip(roles, texts, strict=False)
    return body(messages=[{"role": role, "content": text} for role, text in pairs])


def rough_start(app: App) -> None:
    answers = [ask(app, STREAM) for _ in range(6)]
    assert [answer.status for answer in answers] == [429, 429, 503, 200, 200, 200]
    assert [answer.headers.get("retry-after") for answer in answers[:2]] == ["2", "2"]
    assert [len(answers[3].writes), len(answers[3].writes[-1]), answers[3].ended] == [5, 137, False]
    assert answers[4].body.endswith(b"data: [DONE]\n\n")
    whole = ask(app)
    assert whole.status == 200
    assert {
        "script": "play",
        "step": 1,
        "name": "rough start",
        "answers": False,
        "against": [
            {"condition": "match.stream", "expected": "a stream", "got": "an answer in one piece"}
        ],
    } in explained(app, whole)["steps"]


def conversation(app: App) -> None:
    assert said(app, "weather in Bergen, please") == "In which country?"
    rain = ask(app, turn("Weather in Bergen", "In which country?", "Norway"))
    content = rain.document["choices"][0]["message"]["content"]
    assert content == "It rains in Bergen, as it always does."
    assert ask(app, body("anything else")).status == 404
    assert exchange(app, "GET", "/v1/models", headers={"x-probe": "1"}).status == 503
    assert exchange(app, "GET", "/v1/models").status == 200


def broken_streams(app: App) -> None:
    halved, no_done, odd, error, ids = (ask(app, STREAM) for _ in range(5))
    with pytest.raises(json.JSONDecodeError):
        json.loads(events(halved)[2].removeprefix(b"data: "))
    assert halved.body.endswith(b"data: [DONE]\n\n")
    assert "".join(texts(no_done)) == "one two three"
    assert b"[DONE]" not in no_done.body
    assert odd.body.count(b'"finish_reason":"stop"') == 2
    assert events(odd)[2] == b"data: {}"
    assert b'"code":"overloaded"' in events(error)[3]
    assert len(events(error)) == 4
    named = {json.loads(event[6:])["id"] for event in events(ids)[:-1]}
    assert len(named) > 1
    assert ask(app, STREAM).body.endswith(b"data: [DONE]\n\n")


def every_request_twice(app: App) -> None:
    asked = [body("one"), body("two"), body("one"), body("two"), body("one"), body("two")]
    assert [ask(app, sent).status for sent in asked] == [503] * 4 + [200] * 2


def slow_then_stalled(app: App) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    app.edge._waits._sleep = sleep
    app.edge._waits._clock = lambda: 1_800_000_000 * 10**9 + round(sum(slept) * 10**9)
    ask(app, STREAM)
    assert sum(slept) == pytest.approx(0.8 + 10 * 0.03, rel=0.3)
    slept.clear()
    ask(app, STREAM)
    assert slept == [90]


HELD: dict[str, Callable[[App], None]] = {
    "rough-start.toml": rough_start,
    "conversation.toml": conversation,
    "broken-streams.toml": broken_streams,
    "every-request-twice.yaml": every_request_twice,
    "slow-then-stalled.toml": slow_then_stalled,
}


def test_every_script_of_the_documentation_is_held_by_a_test() -> None:
    assert set(SCRIPTS) == set(HELD)


@pytest.mark.parametrize("name", HELD)
def test_a_script_does_what_its_words_say(name: str, tmp_path: Path) -> None:
    app = play(tmp_path, SCRIPTS[name], Path(name).suffix)
    HELD[name](app)
    assert {line["script"] for line in app.edge.journal.lines()} - {None}


@pytest.mark.parametrize("name", HELD)
def test_a_script_of_the_documentation_has_nothing_to_be_found(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(SCRIPTS[name], encoding="utf-8")
    result = CliRunner().invoke(main, ["lint", str(file)])
    assert (result.exit_code, "note:" in result.output) == (0, False), result.output


def test_the_words_about_one_request_and_the_control_api_are_true() -> None:
    app = mock(control_token=TOKEN)
    by_header = ask(app, headers={"x-gonogo-script": '{"status": 503}'})
    assert by_header.status == 503
    text = SCRIPTS["rough-start.toml"]
    assert control(app, "PUT", "scripts/main", {"toml": text}).status == 200
    assert ask(app, STREAM).status == 429
    assert control(app, "POST", "scripts/main/reset").status == 200
    assert control(app, "DELETE", "scripts/main").status == 200
    assert ask(app, STREAM).status == 200
