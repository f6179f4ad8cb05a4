"""The head that is filled in is the head that would be put together."""

from __future__ import annotations

import json

import pytest

from mock_server.message import Lines, Reply
from mock_server.server.cycle import written
from tests.mock_server.driving import body
from tests.mock_server.test_express import GIVEN, PATH, headers, made


@pytest.mark.parametrize("cors", [True, False])
def test_the_second_answer_has_the_head_of_the_first(cors: bool) -> None:
    app = made(cors=cors)
    head = app.edge.head(PATH, headers(GIVEN), "1")
    assert head is not None
    replies = []
    for number in range(3):
        asked = json.dumps(body(seed=number, max_tokens=5 + number)).encode()
        found = app.edge.at_once(head, asked)
        assert found is not None
        call, reply = found
        assert reply is not None
        text = reply.body
        again = app.edge.gateway.delivered(call, text, call.cost or 0)
        assert (reply.status, dict(reply.headers)) == (again.status, dict(again.headers))
        assert list(reply.headers) == list(again.headers)
        assert written(reply, [(b"server", b"s")]) == written(again, [(b"server", b"s")])
        assert len(json.loads(text)["choices"][0]["message"]["content"]) > 0
        replies.append(reply)
    assert [type(reply.headers) is Lines for reply in replies] == [False, True, True]


def test_lines_are_headers() -> None:
    lines = Lines(b"a: 1\r\nb: x: y\r\n")
    assert dict(lines) == {"a": "1", "b": "x: y"}
    assert "a" in lines
    assert "c" not in lines
    assert len(lines) == 2
    assert Reply(200, b"xy", lines).length == 2
