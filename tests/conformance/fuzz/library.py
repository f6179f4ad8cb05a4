"""A little library with its own server, and three bugs that can be switched on. Not a chat API."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

DOCUMENT = Path(__file__).parent / "library.yaml"
BUGS = ("limit-zero", "year-unchecked", "year-as-text")
"""A page of no books fails; a book of any year is taken; a year is given back as text."""

_ALLOWED = {"/api/books": "GET, POST", "/api/books/": "GET, DELETE"}


class Library(ThreadingHTTPServer):
    """The books, and what is wrong with the shop; `seen` are methods and paths, in order."""

    daemon_threads = True

    def __init__(self, bugs: frozenset[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bugs = bugs
        self.seen: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.server_address[1]}/api"


@contextlib.contextmanager
def library(*bugs: str) -> Iterator[Library]:
    """Serve a library with some bugs for as long as the block runs."""
    server = Library(frozenset(bugs))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # An answer in one piece: in two, the second waits 40 ms for an acknowledgement.
    server: Library

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: Any = None, **headers: str) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if data:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _bad(self, status: int, detail: str, **headers: str) -> None:
        self._answer(status, {"detail": detail}, **headers)

    def _book(self, number: int) -> dict[str, Any]:
        year = "1815" if "year-as-text" in self.server.bugs else 1815
        return {"id": number, "title": "Emma", "year": year}

    def handle_any(self) -> None:
        """Answer a request of any method."""
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(int(length)) if length.isdigit() else b""
        parts = urlsplit(self.path)
        self.server.seen.append((self.command, parts.path))
        if parts.path == "/api/books":
            known = {"GET": self._list, "POST": self._add}
            if self.command in known:
                known[self.command](parts.query, body)
            else:
                self._bad(405, "no such method", Allow="GET, POST")
        elif parts.path.startswith("/api/books/"):
            self._one(parts.path.removeprefix("/api/books/"))
        else:
            self._bad(404, "no such place")

    def _list(self, query: str, _: bytes) -> None:
        given = parse_qs(query, keep_blank_values=True).get("limit", ["10"])
        if len(given) != 1 or not given[0].isascii() or not given[0].isdigit():
            self._bad(400, "limit is no number")
        elif int(given[0]) > 100:
            self._bad(400, "limit is above 100")
        elif int(given[0]) == 0 and "limit-zero" in self.server.bugs:
            self._bad(500, "division by zero")
        else:
            self._answer(200, [self._book(1)][: int(given[0])])

    def _add(self, _: str, body: bytes) -> None:
        if self.headers.get_content_type() != "application/json":
            self._bad(415, "send JSON")
            return
        try:
            book = json.loads(body)
        except ValueError:
            self._bad(400, "this is not JSON")
            return
        if not isinstance(book, dict) or set(book) != {"title", "year"}:
            self._bad(400, "a book has a title and a year")
        elif not isinstance(book["title"], str) or not 1 <= len(book["title"]) <= 200:
            self._bad(400, "a title has 1 to 200 characters")
        elif not self._is_year(book["year"]):
            self._bad(400, "a year is between 1400 and 2100")
        else:
            self._answer(201, self._book(2))

    def _is_year(self, year: object) -> bool:
        if isinstance(year, bool) or not isinstance(year, (int, float)) or year != int(year):
            return False
        return 1400 <= year <= 2100 or "year-unchecked" in self.server.bugs

    def _one(self, name: str) -> None:
        if self.command not in ("GET", "DELETE"):
            self._bad(405, "no such method", Allow="GET, DELETE")
        elif not name.isascii() or not name.isdigit() or not 1 <= int(name) <= 1000:
            self._bad(400, "an id is a number from 1 to 1000")
        elif int(name) > 500:
            self._bad(404, "no such book")
        elif self.command == "GET":
            self._answer(200, self._book(int(name)))
        else:
            self._answer(204)


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "QUERY"):
    setattr(_Handler, f"do_{_method}", _Handler.handle_any)
