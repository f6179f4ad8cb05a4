"""Secrets: none is ever written, wherever it stands, and every other byte keeps its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mock_server.recording.fixture import SUFFIX
from mock_server.recording.proxy import Said
from mock_server.recording.secrets import Secrets, of_request
from mock_server.recording.shelf import Shelf
from tests.mock_server.recording.fixtures import answered, asked, fixture

KEY = "sk-real-0123456789"


@pytest.mark.parametrize(
    ("headers", "query", "found"),
    [
        ({"authorization": f"Bearer {KEY}"}, "", KEY),
        ({"authorization": f"bearer   {KEY}"}, "", KEY),
        ({"x-api-key": KEY}, "", KEY),
        ({"api-key": KEY}, "", KEY),
        ({"x-byok-google": KEY}, "", KEY),
        ({"cookie": f"session={KEY}"}, "", f"session={KEY}"),
        ({}, f"a=1&API_KEY={KEY}", KEY),
    ],
)
def test_a_requests_secrets_are_known(headers: dict[str, str], query: str, found: str) -> None:
    assert found in of_request(headers, query)


def test_a_secret_is_replaced_by_as_many_bytes() -> None:
    secrets = Secrets([KEY, KEY[:-1], "ab"])
    data = f"x{KEY}y{KEY[:-1]}z ab".encode()
    hidden = secrets.hidden(data)
    assert len(hidden) == len(data)
    assert b"sk-real" not in hidden
    assert hidden.startswith(b"xredacted-")
    assert hidden.endswith(b"z ab"), "a short text is no secret"


def test_a_secret_across_chunks_is_found_and_the_chunks_stay() -> None:
    parts = [KEY[:5].encode(), KEY[5:6].encode(), f"{KEY[6:]} and more".encode()]
    hidden = Secrets([KEY]).split(parts)
    assert [len(part) for part in hidden] == [len(part) for part in parts]
    assert b"".join(hidden) == b"redacted-redacted- and more"


def test_a_pattern_of_the_users_own_is_a_secret_too() -> None:
    secrets = Secrets((), [re.compile(rb"\d{3}-\d{3}")])
    assert secrets.text("call 555-123 now") == "call redacte now"


def test_nothing_secret_reaches_the_disk(tmp_path: Path) -> None:
    kept = fixture(
        asked({"messages": [KEY]}, query=f"key={KEY}&a=1", path=f"/v1/{KEY}"),
        **answered(f'{{"said":"{KEY[:9]}', f'{KEY[9:]}"}}', x_echo=KEY, set_cookie="session=1"),
    )
    shelf = Shelf(tmp_path, ["sk-upstream-42"], [re.compile(b"user-[0-9]+")])
    path = shelf.keep(Said(kept, {"authorization": f"Bearer {KEY}"}))
    text = path.read_text()
    assert KEY not in text
    assert KEY[9:] not in text
    assert "session=1" not in text
    assert '"query": "key=redacted&a=1"' in text
    assert "redacted-" in text


def test_files_are_numbered_on_and_named_after_what_was_asked(tmp_path: Path) -> None:
    said = Said(fixture(), {})
    first = Shelf(tmp_path, []).keep(said)
    second = Shelf(tmp_path, []).keep(said)
    assert [path.name for path in (first, second)] == [
        f"0001-post-chat-completions{SUFFIX}",
        f"0002-post-chat-completions{SUFFIX}",
    ]
    assert [path.name for path in tmp_path.glob("*.part")] == []
