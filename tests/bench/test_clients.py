"""The clients that `make clients` runs: their programs, their pins, and the page about them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from bench.clients.meeting import CLIENTS, PROGRAMS, Client, Met
from bench.clients.page import OWN, ROWS, document

ROOT = Path(__file__).parents[2]
PINS = dict(
    line.split("==")
    for line in (PROGRAMS.parent / "constraints.txt").read_text(encoding="utf-8").splitlines()
)


def tried(client: Client) -> list[str]:
    tree = ast.parse((PROGRAMS / client.program).read_text(encoding="utf-8"))
    functions = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    return [each.name for each in functions if each.name.startswith("test_")]


def met(client: Client, wrong: str = "", closed: bool | None = True) -> Met:
    ways = ("[sync]", "[async]") if client.package == OWN else ("",)
    names = [f"{name}{way}" for name in tried(client) for way in ways]
    results = dict.fromkeys(names, "") | {names[0]: wrong}
    return Met(client, PINS[client.package], results, 9, closed)


def test_whatever_a_program_tries_has_a_line_on_the_page() -> None:
    others = [client for client in CLIENTS if client.package != OWN]
    assert {name for client in others for name in tried(client)} == set(ROWS)


def test_what_is_installed_is_pinned() -> None:
    asked = (PROGRAMS.parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {re.split(r"[\[=]", line)[0] for line in asked if not line.startswith("#")}
    assert names == {client.package for client in CLIENTS} | {"pytest"}
    assert names <= set(PINS)


def test_a_page_tells_what_failed() -> None:
    page = document([met(client, "no answer", client.package == "llm") for client in CLIENTS])
    assert f"of 6 clients, **{len(CLIENTS)}** failed" in page
    assert page.count("**failed**") == len(CLIENTS)
    assert page.count("**left open**") == len(CLIENTS) - 2


def test_a_client_of_which_nothing_was_run_has_failed() -> None:
    assert Met(CLIENTS[0], "1", {}, 0, None).failed


def test_the_page_is_of_the_clients_that_are_pinned() -> None:
    page = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    assert f"of {len(CLIENTS)} clients, **0** failed" in page
    for client in CLIENTS:
        assert f"| {client.package} | {PINS[client.package]} | " in page
    for name in ROWS.values():
        assert f"| {name} | " in page
