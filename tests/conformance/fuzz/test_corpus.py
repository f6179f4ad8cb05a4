"""Corpus: what showed something is tried first next time, from a folder or from a real Redis."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.exchange import Request
from conformance.fuzz.corpus import Corpus, corpus, keep, known

BODY = b'{"model":"old","messages":[]}'


def request(body: bytes = BODY) -> Request:
    return Request("case-000009", "POST", "/chat/completions", (), body, ceiling=7)


def remembers(memory: Corpus) -> None:
    keep(memory, "usage.adds-up", "in streams", request())
    keep(memory, "usage.adds-up", "in streams", request())
    keep(memory, "request.json-syntax-refused", "accepted", request(b"{"))
    found = known(memory, "new")
    assert [each.label for each in found] == ["again-000000", "again-000001"]
    bodies = {each.body for each in found}
    assert bodies == {b'{"model":"new","messages":[]}', b"{"}
    assert all(each.ceiling == 7 for each in found)


def test_a_folder_remembers_each_request_once(tmp_path: Path) -> None:
    remembers(corpus(str(tmp_path / "corpus")))


@pytest.mark.redis
def test_a_redis_remembers_each_request_once(redis_url: str) -> None:
    remembers(corpus(redis_url))


def test_only_chat_is_taken_from_a_corpus_and_rubbish_is_left_out(tmp_path: Path) -> None:
    memory = corpus(str(tmp_path))
    keep(memory, "a.b", "c", Request("x", "DELETE", "/models/a"))
    memory.add("rubbish", b"\xff{")
    memory.add("list", b"[]")
    memory.add("other", json.dumps({"request": {"method": "POST"}}).encode())
    assert known(memory, "m") == []


def test_a_redis_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="Redis does not answer"):
        corpus("redis://127.0.0.1:1/0")


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be a folder"):
        corpus(str(tmp_path / "file"))
