"""The lock of ids: what was promised under a name stays promised under it."""

import importlib.util
from pathlib import Path

import pytest

from openapi import contract

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("lock_ids", ROOT / "scripts" / "lock_ids.py")
assert _spec is not None
assert _spec.loader is not None
lock_ids = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(lock_ids)
LOCKED = lock_ids.read(lock_ids.LOCK.read_text(encoding="utf-8"))
NOW = lock_ids.lines(contract())


def test_no_id_has_vanished() -> None:
    assert sorted(LOCKED.keys() - NOW.keys()) == [], "ids are permanent: mark them `excluded:`"


def test_no_sentence_changed_without_an_edit_of_the_lock() -> None:
    changed = {key: said for key, said in NOW.items() if key in LOCKED and LOCKED[key] != said}
    assert changed == {}, "if the promise is the same, run scripts/lock_ids.py"


def test_every_id_is_locked() -> None:
    assert sorted(NOW.keys() - LOCKED.keys()) == [], "run scripts/lock_ids.py"


def test_the_lock_is_not_rewritten_when_an_id_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "ids.lock"
    lock.write_text("stream.never-was 0123456789ab\n", encoding="utf-8")
    monkeypatch.setattr(lock_ids, "LOCK", lock)
    assert lock_ids.main() == 1
    assert "stream.never-was" in capsys.readouterr().out
    assert lock.read_text(encoding="utf-8") == "stream.never-was 0123456789ab\n"


def test_a_changed_sentence_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    identity = contract().requirements[0].id
    lock = tmp_path / "ids.lock"
    lock.write_text(f"{identity} 0123456789ab\n", encoding="utf-8")
    monkeypatch.setattr(lock_ids, "LOCK", lock)
    assert lock_ids.main() == 0
    assert f"changed: {identity}" in capsys.readouterr().out
    assert lock_ids.read(lock.read_text(encoding="utf-8")) == NOW
