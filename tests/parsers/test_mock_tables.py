"""Keys file and script: a value or a sentence, whatever the file holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_server.accounts import document_of
from mock_server.keys_file import accounts
from mock_server.quota import Quota
from mock_server.scripts import reading
from mock_server.scripts.telling import plan
from mock_server.settings import SettingsError
from tests.mock_server.test_keys_file import GOOD
from tests.parsers.damage import ANYTHING, DEEP, damaged
from tests.parsers.sentences import read

KEYS = GOOD.encode()
SCRIPT = b"""name = "n"
otherwise = "refuse"
[[steps]]
name = "first"
match = {last = {pattern = "^hi"}, stream = true, turns = 1}
reply = {text = "one two", cut = {event = 2, how = "end"}, pace = {first = "300ms"}}
then = [{status = 429, headers = {retry-after = "1"}}]
repeat = true
"""
SCRIPT_YAML = b"""name: n
steps:
  - match: {last: {contains: hi}}
    reply: {text: "one two", drop: done}
  - &a {reply: {error: {event: 1}}}
"""


@pytest.mark.parser("keys file")
@given(data=damaged(KEYS) | ANYTHING)
@example(data=KEYS)
@example(data=b"a." * 400_000 + b"a = 1")
@example(data=b'a = "' + b'\\"' * 400_000)
@example(data=KEYS.replace(b"0.1", b"1e999999"))
@example(data=KEYS.replace(b'"0.05"', b'"9e999999"'))
@example(data=KEYS.replace(b"0.1", b"1e99999999999999999999"))
@example(data=KEYS.replace(b"20", b"9" * 5_000))
@example(data=KEYS.replace(b"20", b"[" * DEEP))
def test_a_keys_file_is_accounts_or_a_sentence(shelf: Path, data: bytes) -> None:
    found = read(shelf, "keys.toml", data, lambda path: accounts(str(path)), SettingsError)
    if found is None:
        assert data != KEYS
        return
    for key, caller in found.items():
        assert document_of(caller)["account"]
        assert isinstance(caller.quota, Quota)
        assert key not in repr(caller)


@pytest.mark.parser("script file")
@given(data=damaged(SCRIPT, SCRIPT_YAML) | ANYTHING, suffix=st.sampled_from(["toml", "yaml"]))
@example(data=SCRIPT, suffix="toml")
@example(data=SCRIPT_YAML, suffix="yaml")
@example(data=b"a = " + b"9" * 5_000, suffix="toml")
@example(data=b"[" + b"a." * DEEP + b"a]", suffix="toml")
@example(data=b"steps: !!timestamp x", suffix="yaml")
@example(data=b"steps: !!int ''", suffix="yaml")
def test_a_script_file_is_a_script_or_sentences(shelf: Path, data: bytes, suffix: str) -> None:
    found = read(shelf, f"script.{suffix}", data, reading.read, reading.ScriptError)
    assert found is None or list(plan(found))
