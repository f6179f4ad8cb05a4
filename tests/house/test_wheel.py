"""The wheel holds the three rooms and what they read, and works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.rooms import ROOT

pytestmark = pytest.mark.xdist_group("wheel")

READ = (
    "openapi/gateway.yaml",
    "openapi/account.yaml",
    "conformance/report.schema.json",
    "conformance/page/report.html.j2",
    "conformance/page/page.css",
    "conformance/page/page.js",
    "mock_server/gemma/small/tokenizer.json",
    "mock_server/grading/packs/streams.toml",
    "mock_server/inspector/page.html",
    "mock_server/inspector/page.js",
    "mock_server/scripts/script.schema.json",
    "mock_server/state/redis.lua",
    "mock_server/state/sell.lua",
    "openapi/py.typed",
    "mock_server/py.typed",
    "conformance/py.typed",
)
"""Files that are no code and that code reads."""


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a command without this checkout on its path and return what it prints."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**clean, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it into an environment of its own, which borrows the libraries of this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index"]
    run(*pip, "--quiet", "--disable-pip-version-check", wheel, cwd=folder)
    own = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(own.strip()) / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n")
    return folder


def names(wheel: Path) -> list[str]:
    """Return the names in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_the_three_rooms_and_nothing_else(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in names(wheel)}
    (about,) = (top for top in tops if top.endswith(".dist-info"))
    assert tops == {"openapi", "mock_server", "conformance", about}


def test_the_wheel_holds_what_its_code_reads(wheel: Path) -> None:
    assert sorted(set(READ) - set(names(wheel))) == []


def test_the_wheel_holds_every_file_of_its_rooms_and_no_leftovers(wheel: Path) -> None:
    held = {name for name in names(wheel) if ".dist-info/" not in name}
    assert not [name for name in held if "__pycache__" in name or name.endswith(".pyc")]
    code = {
        str(path.relative_to(ROOT))
        for room in ("openapi", "mock_server", "conformance")
        for path in (ROOT / room).rglob("*.py")
    }
    assert code <= held


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("gonogo", "list"), "stream.done-last"),
        (("gonogo", "explain", "stream.done-last"), "[DONE]"),
        (("gonogo-mock", "serve", "--help"), "--ready-json"),
    ],
)
def test_a_command_works_away_from_the_checkout(
    installed: Path, command: tuple[str, ...], said: str
) -> None:
    name, *arguments = command
    assert said in run(installed / "bin" / name, *arguments, cwd=installed)


def test_what_is_installed_is_what_runs(installed: Path) -> None:
    asked = "import conformance, mock_server, openapi; print(conformance.__file__)"
    where = run(installed / "bin" / "python", "-c", asked, cwd=installed).strip()
    assert Path(where).is_relative_to(installed)
