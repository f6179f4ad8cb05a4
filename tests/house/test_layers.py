"""The walls stand: who may import whom, as pyproject.toml has it."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator

import pytest
from importlinter.cli import lint_imports

from tests.house.rooms import ROOT, TOWERS, imports, modules


@pytest.fixture
def heard() -> Iterator[None]:
    """Loggers that speak afterwards: the linter's setup of logging silences all there are."""
    yield
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.disabled = False


@pytest.mark.usefixtures("heard")
def test_every_import_contract_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert not broken, capsys.readouterr().out


def test_only_the_meeting_and_the_bench_know_both_towers() -> None:
    both = [
        str(path)
        for path in modules("bench", "scripts", "tests")
        if {"mock_server", "conformance"} <= imports(path)
    ]
    allowed = ("bench/", "tests/meeting/", "tests/bench/", "tests/house/", "tests/fuzz/")
    assert [path for path in both if not path.startswith(allowed)] == []


def test_every_file_that_the_contracts_name_is_there() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [
        name
        for rule in settings["tool"]["importlinter"]["contracts"]
        for name in rule.get("source_modules", [])
    ]
    known = {".".join(path.with_suffix("").parts) for path in modules(*TOWERS)}
    known |= {name.removesuffix(".__init__") for name in known}
    assert len(named) > 80
    assert sorted(set(named) - known) == []
