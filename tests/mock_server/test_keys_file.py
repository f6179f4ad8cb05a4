"""A file of keys: accounts of one's own, and files that cannot be."""

from pathlib import Path

import pytest

from mock_server.keys import Caller
from mock_server.keys_file import accounts
from mock_server.quota import Quota, Unit
from mock_server.settings import SettingsError
from tests.mock_server.driving import MODEL, ask, body, mock

GOOD = """
[[key]]
key = "sk-rehearsal-1"
account = "team-a"
requests_per_minute = 20
requests_burst = 2
tokens_per_minute = 4000
balance = 0.1
models = ["google/gemma-7b-it-lora:pirate"]

[[key]]
key = "sk-rehearsal-2"
account = "child"
wallet = "team-a"
cap = "0.05"
scopes = ["chat"]
"""


def written(folder: Path, text: str) -> str:
    file = folder / "keys.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_every_key_of_a_file_opens_its_account(tmp_path: Path) -> None:
    found = accounts(written(tmp_path, GOOD))
    assert found["sk-rehearsal-1"] == Caller(
        "team-a",
        Quota(20, burst=2),
        balance=100_000_000,
        models=(f"{MODEL}:pirate",),
        tokens=Quota(4000, unit=Unit.TOKENS),
    )
    app = mock(accounts=found)
    given = {"authorization": "Bearer sk-rehearsal-1"}
    asked = body(lora="pirate", max_tokens=5)
    answers = [ask(app, asked, headers=given) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert ask(app, headers={"authorization": "Bearer sk-rehearsal-2"}).status == 200
    assert ask(app).status == 200, "the built-in keys are there too"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[key]", "keys.toml is no TOML: "),
        ("", "must hold [[key]] tables and nothing else"),
        ("key = 5", "must hold [[key]] tables and nothing else"),
        ("[[keys]]\nkey = 'sk-12345'", "must hold [[key]] tables and nothing else"),
        ("[[key]]\naccount = 'a'", "[[key]] number 1: 'key' must be 8 to 200"),
        (GOOD + "\n[[key]]\nkey = 'sk-rehearsal-1'\naccount = 'b'", "number 3: this key stands"),
        ("[[key]]\nkey = 'sk-12345'\naccount = 'a'\nrpm = 5", "number 1: there is no word 'rpm'"),
        ("[[key]]\nkey = 'sk-12345'\naccount = 'a'\nbalance = 1e-12", "at most nine places"),
    ],
)
def test_a_file_that_cannot_be_names_the_place_and_not_the_key(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        accounts(written(tmp_path, text))
    assert words in str(caught.value)
    assert "sk-" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_wallet_that_is_nobodys_is_told_at_the_start(tmp_path: Path) -> None:
    lonely = "[[key]]\nkey = 'sk-12345'\naccount = 'a'\nwallet = 'b'"
    with pytest.raises(SettingsError, match="'wallet' names 'b', which is no account"):
        mock(accounts=accounts(written(tmp_path, lonely)))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is no TOML"):
        accounts(str(file))
