"""A file is one idea: small, aptly named, and the only one to know its library."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.house.rooms import ROOMS, ROOT, TOWERS, imports, lines, modules

MOST = 300
NOT_AN_IDEA = frozenset(
    f"{word}{ending}"
    for word in ("util", "helper", "common", "base", "manager", "misc", "stuff")
    for ending in ("", "s")
)
EDGES = (
    "h11",
    "httpx",
    "jinja2",
    "jsonschema_rs",
    "matplotlib",
    "onnxruntime_genai",
    "openapi_core",
    "openapi_spec_validator",
    "prometheus_client",
    "schemathesis",
    "starlette",
    "tokenizers",
    "uvicorn",
)
"""Libraries that one place of a tower knows: a file, or the files of one folder."""


def test_no_file_is_longer_than_an_idea() -> None:
    long = {str(path): len(lines(path)) for path in modules(*ROOMS)}
    assert {path: size for path, size in long.items() if size > MOST} == {}


def test_no_file_or_folder_is_named_after_nothing() -> None:
    parts = [(path, part) for path in modules(*ROOMS) for part in path.with_suffix("").parts]
    assert [str(path) for path, part in parts if part.strip("_").lower() in NOT_AN_IDEA] == []


@pytest.mark.parametrize("tower", TOWERS)
@pytest.mark.parametrize("library", EDGES)
def test_a_library_is_known_in_one_place_of_a_tower(library: str, tower: str) -> None:
    assert len(places(path for path in modules(tower) if library in imports(path))) <= 1


def places(paths: Iterable[Path]) -> set[Path]:
    """Return where some files are: a folder of a tower, or the file where it lies in the tower."""
    return {path if len(path.parts) == 2 else path.parent for path in paths}


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path)
        for path in modules(*TOWERS)
        if not ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        and (ROOT / path).stat().st_size
    ]
    assert silent == []


def test_every_test_asserts_something() -> None:
    assert [name for path in modules("tests") for name in idle(path)] == []


def idle(path: Path) -> list[str]:
    """Return the tests of a file in which nothing is asserted, here or by what they call."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    proving = {each.name for each in functions if _asserts(each)}
    return [
        f"{path}: {each.name}"
        for each in functions
        if each.name.startswith("test_") and not _asserts(each) and not _calls(each) & proving
    ]


def _asserts(function: ast.FunctionDef) -> bool:
    if any(isinstance(node, ast.Assert) for node in ast.walk(function)):
        return True
    return bool({"raises", "check_schema", "run_state_machine_as_test"} & _calls(function))


def _calls(function: ast.FunctionDef) -> set[str]:
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {
        each.attr if isinstance(each, ast.Attribute) else each.id
        for each in calls
        if isinstance(each, ast.Attribute | ast.Name)
    }
