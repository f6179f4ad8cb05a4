"""`gonogo-mock record`, `drift` and `seal` as they are typed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from mock_server.cli import main
from mock_server.recording.fixture import SUFFIX
from tests.wire.recorder import recording
from tests.wire.serving import HELLO, KEY, MODEL, Served, served

HEADERS = {"authorization": f"Bearer {KEY}"}


def run(*words: str, **environment: str) -> Result:
    return CliRunner().invoke(main, words, env=environment)


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served() as running:
        yield running


@pytest.fixture(scope="module")
def recorded(mock: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five exchanges: a whole answer, a stream, a list, two refusals."""
    folder = tmp_path_factory.mktemp("recorded")
    with recording(mock.url, folder) as recorder, httpx.Client(headers=HEADERS) as client:
        chat = f"{recorder.url}/chat/completions"
        client.post(chat, json={**HELLO, "temperature": 0})
        client.post(chat, json={**HELLO, "stream": True})
        client.get(f"{recorder.url}/models")
        client.post(chat, json={**HELLO, "temperature": 9})
        client.get(f"{recorder.url}/models", headers={"authorization": "Bearer sk-nobody"})
        assert len(recorder.fixtures(5)) == 5
    return folder


def drift(folder: Path, url: str, *words: str) -> Result:
    return run(
        "drift", str(folder), "--upstream", url, "--key-env", "DRIFT_KEY", *words, DRIFT_KEY=KEY
    )


def test_a_gateway_that_did_not_change_has_not_drifted(mock: Served, recorded: Path) -> None:
    result = drift(recorded, mock.url)
    assert result.exit_code == 0, result.output
    assert result.output.strip().endswith("4 same, 1 skipped")
    assert "may differ id:" in " ".join(result.output.split())
    assert "refused for its key" in result.output


@pytest.mark.parametrize(
    ("fault", "fixture", "difference"),
    [
        ("stream.done-present", "0002", "value [DONE]: sent -> not sent"),
        ("response.object", "0001", 'value object: "chat.completion" -> "text_completion"'),
        ("response.object/missing", "0001", "gone object: there -> not there"),
    ],
)
def test_a_gateway_that_changed_has_drifted(
    recorded: Path, fault: str, fixture: str, difference: str
) -> None:
    with served(faults=(fault,)) as other:
        result = drift(recorded, other.url)
    assert result.exit_code == 1
    told = " ".join(result.output.split())
    assert f"drift {fixture}-" in told
    assert difference in told


def test_only_some_fixtures_may_be_asked(mock: Served, recorded: Path) -> None:
    rows = json.loads(drift(recorded, mock.url, "--json", "--only", "0003").output)
    assert [row["fixture"] for row in rows] == ["0003-get-models"]


def test_a_gateway_that_is_not_there_is_neither_the_same_nor_drifted(recorded: Path) -> None:
    result = drift(recorded, "http://127.0.0.1:9/v1")
    assert result.exit_code == 3
    assert "cannot be reached" in result.output


def test_a_gateway_that_is_busy_is_asked_again_later(mock: Served, recorded: Path) -> None:
    result = run(
        "drift", str(recorded), "--upstream", mock.url, "--key-env", "K", K=f"{KEY}-over-limit"
    )
    assert result.exit_code == 3
    assert "answered 429; ask again later" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["drift", "nowhere", "--upstream", "http://h/v1"], "no such folder"),
        (["drift", ".", "--upstream", "http://h/v1"], "holds no fixture"),
        (["drift", "GOOD", "--upstream", "ftp://h/v1"], "--upstream: give the base URL"),
        (["drift", "GOOD", "--upstream", "http://u:p@h/v1"], "without user"),
        (["drift", "GOOD", "--upstream", "http://h/v1", "--key-env", "NOT_SET"], "is not set"),
        (["drift", "GOOD", "--upstream", "http://h/v1", "--only", "zzz"], "with 'zzz'"),
        (["record", "--upstream", "h", "--out", "x"], "--upstream: give the base URL"),
        (["record", "--upstream", "http://h", "--out", "x", "--redact", "("], "--redact"),
        (["record", "--upstream", "http://h", "--out", "FILE"], "cannot be written to"),
        (["seal", "nowhere"], "no such folder"),
        (["serve", "--engine", "replay", "--port", "0"], "needs --fixtures"),
        (["serve", "--fixtures", "x", "--port", "0"], "has no option fixtures"),
    ],
)
def test_wrong_use_is_one_sentence_and_2(
    recorded: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "file").write_text("")
    places = {"GOOD": str(recorded), "FILE": str(tmp_path / "file"), ".": str(tmp_path)}
    result = run(*(places.get(word, word) for word in words))
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_what_is_changed_by_hand_is_sealed_anew(recorded: Path, tmp_path: Path) -> None:
    source = next(recorded.glob(f"0001*{SUFFIX}"))
    path = tmp_path / source.name
    path.write_text(source.read_text().replace(MODEL, "acme/small"))
    refused = run("serve", "--engine", "replay", "--fixtures", str(tmp_path), "--port", "0")
    assert refused.exit_code == 2
    assert "gonogo-mock seal" in refused.output
    assert run("seal", str(tmp_path)).output == "1 fixtures sealed anew\n"
    assert run("seal", str(tmp_path)).output == "0 fixtures sealed anew\n"


def started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mock_server", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line: dict[str, Any] = json.loads(process.stdout.readline())
    return line


def test_recorded_by_one_command_and_given_again_by_another(mock: Served, tmp_path: Path) -> None:
    words = ["record", "--upstream", mock.url, "--out", str(tmp_path / "kept"), "--port", "0"]
    with started(*words, "--ready-json") as process:
        url = ready(process)["base_url"]
        chat = httpx.post(f"{url}/chat/completions", json=HELLO, headers=HEADERS)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert "Traceback" not in said
    again = ["serve", "--engine", "replay", "--fixtures", str(tmp_path / "kept"), "--port", "0"]
    with started(*again, "--ready-json") as process:
        line = ready(process)
        answer = httpx.post(f"{line['base_url']}/chat/completions", json=HELLO)
        missed = httpx.post(f"{line['base_url']}/chat/completions", json={**HELLO, "seed": 1})
        control = {"authorization": f"Bearer {line['control_token']}"}
        name = missed.headers["x-request-id"]
        told = httpx.get(f"{line['control_url']}explain/{name}", headers=control).json()
        process.terminate()
        process.communicate(timeout=20)
    assert answer.content == chat.content
    assert missed.status_code == 404
    assert told["fixtures"][0]["against"] == [
        {"condition": "seed", "expected": "(nothing)", "got": "1"}
    ]
