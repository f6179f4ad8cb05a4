"""The page of accounts: every example on it is run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mock_server.keys_file import accounts
from tests.mock_server.control.asking import TOKEN, control
from tests.mock_server.driving import mock

PAGE = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_example_of_a_file_of_keys_is_served(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    file = tmp_path / "keys.toml"
    file.write_text(text, encoding="utf-8")
    found = accounts(str(file))
    assert [caller.account for caller in found.values()] == ["team", "child", "broken", "spent"]
    app = mock(accounts=found, control_token=TOKEN)
    assert control(app, "GET", "accounts/child").document["wallet"]["account"] == "team"


@pytest.mark.parametrize("line", blocks("http")[0].splitlines())
def test_the_examples_of_the_control_api_are_answered(line: str) -> None:
    method, path, *sent = line.split(" ", 2)
    app = mock(control_token=TOKEN)
    answer = control(app, method, path, json.loads(sent[0]) if sent else None)
    assert answer.status == 200, answer.body


def test_every_word_of_an_account_is_on_the_page() -> None:
    from mock_server.accounts import WORDS

    unsaid = {word for word in WORDS if word not in PAGE}
    assert unsaid <= {"revoked"}
