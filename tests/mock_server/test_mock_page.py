"""The page of the mock, beside chat, any API, recordings: what is shown there is run."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest
from aigateway import AIgateway
from click import Command
from openai import OpenAI

from mock_server.account import webhooks
from mock_server.cli import main
from mock_server.control import deliveries
from tests.mock_server.control.asking import TOKEN, control
from tests.mock_server.driving import App, exchange, mock
from tests.wire.receiver import receiving
from tests.wire.serving import KEY, MODEL, served

PAGE = (Path(__file__).parents[2] / "docs" / "mock.md").read_text(encoding="utf-8")
OWN = PAGE[PAGE.index("\n## Beside chat\n") :]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", OWN, re.MULTILINE | re.DOTALL)


def test_the_client_of_the_page_runs_as_it_stands_there() -> None:
    (text,) = blocks("python")
    with served(job_seconds=0.1) as running, receiving() as receiver:
        names: dict[str, Any] = {
            "AIgateway": AIgateway,
            "OpenAI": OpenAI,
            "KEY": KEY,
            "ROOT": running.root,
            "URL": running.url,
            "HOOK": receiver.url,
            "MODEL": MODEL,
            "HELLO": [{"role": "user", "content": "Hi!"}],
        }
        exec(compile(text, "docs/mock.md", "exec"), names)
        assert names["done"].status == "completed"
        assert names["film"] == httpx.get(names["link"]).content
        assert names["winner"].choices[0].message.content
        assert len(receiver.wait(1)) == 1
        names["client"].close()


@pytest.fixture
def cats(tmp_path: Path) -> App:
    (text,) = blocks("yaml")
    file = tmp_path / "cats.yaml"
    file.write_text(text, encoding="utf-8")
    return mock(spec=str(file))


def test_the_document_of_the_page_is_served_as_it_says(cats: App) -> None:
    (lines,) = blocks("http")
    for line in lines.splitlines():
        asked, _, told = line.partition(" -> ")
        method, path, *sent = asked.split(" ", 2)
        status, _, body = told.partition(" ")
        answer = exchange(cats, method, path, json.loads(sent[0]) if sent else None)
        assert answer.status == int(status), line
        assert not body or answer.document == json.loads(body)


def test_every_command_of_the_page_takes_the_options_it_is_shown_with() -> None:
    commands = [shlex.split(line) for line in re.findall(r"^gonogo-mock .*$", OWN, re.MULTILINE)]
    assert {words[1] for words in commands} == {"record", "serve", "drift"}
    for _, name, *words in commands:
        command: Command = main.commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("option", re.findall(r"`(--[a-z-]+)", OWN), ids=lambda option: str(option))
def test_every_option_that_is_named_is_there(option: str) -> None:
    known = {
        one
        for command in main.commands.values()
        for parameter in command.params
        for one in parameter.opts
    }
    assert option in known | {"--spec"}


def test_deliveries_are_listed_for_whoever_has_the_token() -> None:
    assert deliveries.LOG == webhooks.DELIVERIES
    answer = control(mock(control_token=TOKEN), "GET", "deliveries")
    assert answer.document == {"seen": 0, "attempts": []}
