"""A client that does what a script says, byte for byte, and what came back. Knows no shape."""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

from tests.wire.scripted_server import HOLD, RESET, Pause, Repeat, Step


class HalfClose:
    """Say that nothing more will be sent, and read on."""


class Deaf:
    """Read nothing for the rest of the script."""


HALF_CLOSE, DEAF = HalfClose(), Deaf()
Act = Step | HalfClose | Deaf


@dataclass(frozen=True)
class Answer:
    """One answer of those that came."""

    status: int
    headers: dict[str, str]
    body: bytes

    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Outcome:
    """What a server made of a client."""

    answers: tuple[Answer, ...]
    raw: bytes
    ended: bool
    """The server ended the connection."""
    seconds: float

    @property
    def statuses(self) -> tuple[int, ...]:
        return tuple(answer.status for answer in self.answers)


def play(port: int, script: tuple[Act, ...], seconds: float, quiet: float = 0.4) -> Outcome:
    """Play a script; waits for the end of the connection for `seconds` where the script holds.

    A script that does not hold waits no longer than `quiet` after something was answered.
    """
    began = time.monotonic()
    deadline = began + seconds
    got, ended = b"", False
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            for act in script:
                got += _act(connection, act, deadline)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            pass  # it hung up while we were still speaking; what it said is read below
        if RESET in script:
            return Outcome((), got, True, time.monotonic() - began)
        while not ended and time.monotonic() < deadline:
            connection.settimeout(seconds if HOLD in script or not got else quiet)
            try:
                part = connection.recv(1 << 20)
            except ConnectionResetError:
                part = b""
            except TimeoutError:
                break
            got += part
            ended = not part
    return Outcome(tuple(answers(got)), got, ended, time.monotonic() - began)


def _act(connection: socket.socket, act: Act, deadline: float) -> bytes:
    match act:
        case bytes():
            connection.sendall(act)
        case Pause(seconds):
            time.sleep(seconds)
        case Repeat():
            return _repeat(connection, act, deadline)
        case HalfClose():
            connection.shutdown(socket.SHUT_WR)
        case _ if act is RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
    return b""


def _repeat(connection: socket.socket, act: Repeat, deadline: float) -> bytes:
    for part in act:
        if time.monotonic() > deadline or select.select([connection], [], [], act.pause)[0]:
            break  # whoever has been answered need not go on
        connection.sendall(part)
    return b""


def answers(got: bytes) -> list[Answer]:
    """Return the answers in what came, the last of which may be cut short."""
    found: list[Answer] = []
    while got.startswith(b"HTTP/1.1 "):
        head, _, rest = got.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        if headers.get("transfer-encoding") == "chunked":
            body, got = _chunked(rest)
        elif 100 <= status < 200:
            got = rest
            continue
        else:
            length = int(headers.get("content-length", 0))
            body, got = rest[:length], rest[length:]
        found.append(Answer(status, headers, body))
    return found


def _chunked(rest: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        size, _, rest = rest.partition(b"\r\n")
        number = int(size or b"0", 16)
        if not number:
            return body, rest.removeprefix(b"\r\n")
        body += rest[:number]
        rest = rest[number + 2 :]
