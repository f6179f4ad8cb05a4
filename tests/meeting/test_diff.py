"""Engine and gateway: each seeded fault is laid at the right door."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.bundled import KEYS, bundled_mock
from conformance.cli import main
from tests.meeting.byte_gateway import ByteGateway

ENGINE = ("usage.adds-up", "stream.done-last")
GATEWAY = ("stream.done-last", "framing.media-type")
ONLY = "usage.adds-up,stream.done-last,stream.done-present,framing.media-type"


def faults(*names: str) -> list[str]:
    return [word for name in names for word in ("--fault", name)]


def test_each_fault_is_attributed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_KEY", KEYS["valid"])
    matrix = tmp_path / "diff.json"
    with bundled_mock(faults(*ENGINE)) as direct, bundled_mock(faults(*GATEWAY)) as via:
        done = CliRunner().invoke(
            main,
            ["diff", "--direct", direct, "--via", via, "--key-env", "MOCK_KEY", "--only", ONLY,
             "--report", f"json={matrix}", "--report", f"html={tmp_path / 'diff.html'}"],
        )  # fmt: skip
    assert done.exit_code == 1, done.output
    rows = json.loads(matrix.read_text(encoding="utf-8"))["rows"]
    blamed = {row["requirement"]: row["blame"].partition(":")[0] for row in rows if row["blame"]}
    assert blamed["usage.adds-up"] == "engine, mended by the gateway"
    assert blamed["framing.media-type"] == "gateway"
    assert {blamed[name] for name in blamed if name.startswith("stream.done")} == {"engine"}
    assert "Engine and gateway" in (tmp_path / "diff.html").read_text(encoding="utf-8")


def test_two_clean_ends_have_nobody_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_KEY", KEYS["valid"])
    with bundled_mock() as url:
        done = CliRunner().invoke(
            main,
            ["diff", "--direct", url, "--via", url, "--key-env", "MOCK_KEY", "--only", ONLY],
        )
    assert done.exit_code == 0, done.output
    assert "no requirement is judged differently" in done.output


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.parametrize("careful", [True, False])
def test_a_gateway_that_trips_over_comments_is_provoked(
    careful: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MOCK_KEY", KEYS["valid"])
    port = free_port()
    with ByteGateway(port, stumbles_over=b"" if careful else b"\n: ") as gateway:
        done = CliRunner().invoke(
            main,
            ["diff", "--via", gateway.url, "--upstream-port", str(port), "--key-env", "MOCK_KEY",
             "--only", "stream.done-present", "--variant", "comments",
             "--report", f"markdown={tmp_path / 'diff.md'}"],
        )  # fmt: skip
    if careful:
        assert done.exit_code == 0, done.output
    else:
        assert done.exit_code == 1, done.output
        words = "stream.done-present: gateway: broken when its upstream is comments\n"
        assert words in done.output


def test_one_engine_is_to_be_named() -> None:
    done = CliRunner().invoke(main, ["diff", "--via", "http://127.0.0.1:9/v1"])
    assert done.exit_code == 2
    assert "--direct URL of the gateway's own" in done.output
