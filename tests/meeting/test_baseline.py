"""A baseline over the life of a defect: recorded, excused, mended, stale."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.bundled import KEYS, bundled_mock
from conformance.cli import main

ONLY = ("--only", "usage.adds-up,stream.done-present", "--key-env", "MOCK_KEY")


def gonogo(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, arguments)
    return done.exit_code, done.output


def test_a_defect_is_recorded_excused_and_when_mended_its_entry_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCK_KEY", KEYS["valid"])
    known = str(tmp_path / "known.toml")
    evidence = str(tmp_path / "evidence")
    with bundled_mock(["--fault", "usage.adds-up"]) as url:
        assert gonogo("check", url, *ONLY, "--evidence", evidence)[0] == 1
    code, output = gonogo("replay", evidence, *ONLY[:2], "--baseline", known, "--update-baseline")
    assert code == 0, output
    code, output = gonogo("replay", evidence, *ONLY[:2], "--baseline", known)
    assert code == 0
    assert "known: usage.adds-up: recorded on" in output
    assert "Conforms as far as judged: 1 of 1 requirements judged: 1 known" in output
    with bundled_mock() as url:
        code, output = gonogo("check", url, *ONLY, "--baseline", known)
        assert code == 1
        assert "stale baseline entry: usage.adds-up: it passes now" in output
        code, output = gonogo("check", url, *ONLY, "--baseline", known, "--update-baseline")
        assert code == 0, output
    assert "usage.adds-up" not in Path(known).read_text(encoding="utf-8")


def test_a_baseline_that_will_not_do_stops_the_run_before_it_begins(tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text('[[known]]\nrequirement = "usage.add-up"\nreason = "x"', encoding="utf-8")
    code, output = gonogo("check", "http://127.0.0.1:9/v1", "--baseline", str(known))
    assert (code, "did you mean 'usage.adds-up'?" in output) == (2, True)
    code, output = gonogo("check", "http://127.0.0.1:9/v1", "--update-baseline")
    assert (code, "--update-baseline needs the file" in output) == (2, True)
