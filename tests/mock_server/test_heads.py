"""Heads that come again: read once, known by every byte, and few."""

from __future__ import annotations

import pytest

from mock_server.heads import LONGEST, REMEMBERED, Head, Heads, plain
from mock_server.message import Headers

PATHS = frozenset({b"/chat"})
GIVEN = [(b"host", b"a"), (b"content-type", b"application/json"), (b"authorization", b"Bearer k")]
HEAD = Head("/chat", Headers(GIVEN), b"Bearer k")


def bytes_of(length: int, more: str = "") -> bytes:
    return f"POST /chat HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n{more}\r\n".encode()


def test_a_head_that_nothing_is_special_about_is_read() -> None:
    head = plain(PATHS, b"/chat", GIVEN)
    assert head is not None
    assert (head.path, head.authorization) == ("/chat", b"Bearer k")
    assert head.headers["host"] == "a"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (b"/other", GIVEN),
        (b"/chat", GIVEN[1:]),
        (b"/chat", [*GIVEN, (b"host", b"b")]),
        (b"/chat", [*GIVEN, (b"x-request-id", b"b")]),
        (b"/chat", [GIVEN[0], (b"content-type", b"text/plain")]),
        (b"/chat", [GIVEN[0]]),
    ],
)
def test_whatever_may_mean_something_is_left_to_others(
    path: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    assert plain(PATHS, path, headers) is None


def test_a_head_is_known_by_its_bytes_and_by_a_body_that_is_whole() -> None:
    heads = Heads()
    assert heads.known(bytes_of(2) + b"{}") is None
    heads.remember(bytes_of(2) + b"{}", HEAD, 2)
    assert heads.known(bytes_of(2) + b"[]") == (HEAD, b"[]")
    for other in (
        b"", b"\r\n\r\n", bytes_of(2), bytes_of(2) + b"{", bytes_of(2) + b"{} ",
        bytes_of(3) + b"{ }",
        bytes_of(2, "Accept: a\r\n") + b"{}", bytes_of(2).replace(b"Host: a", b"Host: b") + b"{}",
        bytes_of(2)[:-2] + b"{}", b"\r\n" + bytes_of(2) + b"{}",
    ):  # fmt: skip
        assert heads.known(other) is None


def test_what_came_in_another_read_or_with_more_is_not_remembered() -> None:
    heads = Heads()
    for request, length in ((b"", 2), (b"{}", 2), (bytes_of(2) + b"{}" + bytes_of(2) + b"{}", 2)):
        heads.remember(request, HEAD, length)
        assert heads.known(bytes_of(2) + b"{}") is None
        assert heads.known(request) is None


def test_only_so_many_and_none_that_is_long() -> None:
    heads = Heads()
    long = bytes_of(2, f"Accept: {'a' * LONGEST}\r\n") + b"{}"
    heads.remember(long, HEAD, 2)
    assert heads.known(long) is None
    for number in range(3 * REMEMBERED):
        heads.remember(bytes_of(2, f"Accept: {number}\r\n") + b"{}", HEAD, 2)
    assert len(heads) <= REMEMBERED
    assert heads.known(bytes_of(2, f"Accept: {number}\r\n") + b"{}") is not None
