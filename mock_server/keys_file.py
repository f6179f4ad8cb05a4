"""A file of keys: accounts of one's own, in TOML. Knows no server.

    [[key]]
    key = "sk-rehearsal-1"
    account = "team-a"
    requests_per_minute = 20
    tokens_per_minute = 4000
    balance = "0.50"

Each `[[key]]` has the words of `mock_server.accounts`, and `key`.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from mock_server.accounts import new_caller
from mock_server.keys import AccountError, Caller, legal
from mock_server.settings import SettingsError
from mock_server.toml_text import TomlError, tables


def accounts(file: str) -> dict[str, Caller]:
    """Read a file of keys; raises SettingsError, naming the place, for one that cannot be."""
    name = Path(file).name
    try:
        text = Path(file).read_text(encoding="utf-8")
        document = tables(text, Decimal)
    except OSError as error:
        raise SettingsError(f"--keys: cannot read {name}: {error.strerror}") from None
    except (TomlError, UnicodeDecodeError) as error:
        raise SettingsError(f"--keys: {name} is no TOML: {error}") from None
    listed = document.pop("key", None)
    if document or not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise SettingsError(f"--keys: {name} must hold [[key]] tables and nothing else")
    found: dict[str, Caller] = {}
    for number, words in enumerate(listed, 1):
        place = f"--keys: {name}, [[key]] number {number}"
        key = words.pop("key", None)
        if not legal(key):
            raise SettingsError(f"{place}: 'key' must be 8 to 200 visible ASCII characters")
        if key in found:
            raise SettingsError(f"{place}: this key stands there twice")
        try:
            found[key] = new_caller(words)
        except AccountError as error:
            raise SettingsError(f"{place}: {error}") from None
    return found
