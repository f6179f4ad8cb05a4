"""What nothing makes wait is answered where it was read: in order, whole, and as by a task."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest

from tests.wire.serving import HELLO, LONG, Served, asking, raw, served

CLOSING = "connection: close"


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served() as running:
        yield running


def bodies(got: bytes) -> list[bytes]:
    """The bodies of answers that tell their length, in order."""
    found = []
    while got:
        head, _, got = got.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        found.append(got[:length])
        got = got[length:]
    return found


def test_requests_in_one_packet_are_answered_in_order(mock: Served) -> None:
    asked = [{**HELLO, "max_tokens": number} for number in (1, 2, 3)]
    sent = b"".join(map(asking, asked[:2])) + asking(asked[2], CLOSING)
    answers = [json.loads(body) for body in bodies(raw(mock, sent))]
    assert [answer["usage"]["completion_tokens"] for answer in answers] == [1, 2, 3]


def test_a_request_behind_a_stream_waits_for_its_end(mock: Served) -> None:
    got = raw(mock, asking({**LONG, "stream": True, "max_tokens": 400}) + asking(HELLO, CLOSING))
    stream, _, whole = got.partition(b"data: [DONE]\n\n\r\n0\r\n\r\n")
    assert stream.count(b"HTTP/1.1 200 OK") == 1
    assert json.loads(bodies(whole)[0])["object"] == "chat.completion"


def test_a_body_that_comes_in_parts_is_answered_like_one_that_comes_whole(mock: Served) -> None:
    sent = asking({**HELLO, "seed": 1}, CLOSING)
    answers = []
    for cuts in ((len(sent),), (60, len(sent)), (len(sent) - 9, len(sent) - 1, len(sent))):
        with socket.create_connection(("127.0.0.1", mock.port)) as connection:
            start = 0
            for cut in cuts:
                connection.sendall(sent[start:cut])
                start = cut
                time.sleep(0.02)
            got = b"".join(iter(lambda connection=connection: connection.recv(65536), b""))
        answers.append(json.loads(bodies(got)[0])["choices"])
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("line", ["connection: close", "expect: 100-continue"])
def test_what_is_out_of_the_ordinary_is_answered_too(mock: Served, line: str) -> None:
    got = raw(mock, asking(HELLO, line, *([CLOSING] if "close" not in line else [])))
    assert got.count(b"HTTP/1.1 200 OK") == 1
    assert (b"100 Continue" in got) == ("100" in line)


def test_an_older_client_gets_its_answer_and_the_end_of_the_connection(mock: Served) -> None:
    got = raw(mock, asking(HELLO).replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    assert b"connection: close\r\n" in got
    assert got.rstrip().endswith(b"}")


def test_every_event_is_a_chunk_of_its_own(mock: Served) -> None:
    got = raw(mock, asking({**LONG, "stream": True, "max_tokens": 30}, CLOSING))
    body = got.partition(b"\r\n\r\n")[2]
    chunks = []
    while not body.startswith(b"0\r\n"):
        size, _, body = body.partition(b"\r\n")
        chunks.append(body[: int(size, 16)])
        body = body[int(size, 16) + 2 :]
    assert len(chunks) == 33
    assert all(chunk.startswith(b"data: ") and chunk.endswith(b"\n\n") for chunk in chunks)


def test_each_answer_is_settled_once(mock: Served) -> None:
    before = mock.ledger()["settled"]
    sent = asking(HELLO) + asking({**HELLO, "stream": True}) + asking(HELLO, CLOSING)
    raw(mock, sent)
    assert mock.ledger()["settled"] == before + 3
    assert mock.ledger()["held"] == 0
