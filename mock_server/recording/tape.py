"""Tape: recorded answers given again, by what is asked, with the reason for each. Makes no text."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mock_server.call import Call
from mock_server.explanations import Explanations
from mock_server.keys import shown
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.recording.fixture import Asked, Chunk, Fixture
from mock_server.recording.normal import Normal, differences, key, normal
from mock_server.recording.recorded import Recorded
from mock_server.recording.secrets import Secrets, of_request
from mock_server.state import Count, Read, Wish

BODY_LIMIT = 16 * 1024 * 1024
EXPLAINED_FIXTURES = 50
"""Fixtures, the nearest first, of which it is told why they do not answer."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that the mock itself answers where nothing was recorded."""
NOT_AGAIN = frozenset(
    {
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "date",
        "server",
        "x-request-id",
    }
)
"""Headers that belong to the exchange of then, or are told anew."""


@dataclass(frozen=True, slots=True)
class Playing:
    """An answer of a tape."""

    head: Reply
    """Status and headers; the body is in the chunks."""
    chunks: Sequence[Chunk]
    timed: bool
    """Each chunk comes when it came then."""


class Tape:
    """Fixtures, and which of them answers a request."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self._known: dict[str, tuple[Normal, list[Fixture]]] = {}
        for fixture in recorded.fixtures:
            asked = normal(fixture.asked, recorded.ignored)
            self._known.setdefault(key(asked), (asked, []))[1].append(fixture)
        self._explanations = Explanations()

    def play(self, call: Call) -> Generator[Wish, Any, bool]:
        """Answer a call, if an answer to it was recorded; tell whether that was so.

        Raises Problem (404) for a miss that nobody else is to answer.
        """
        incoming = call.incoming
        body: bytes | None = b""
        if incoming.method not in READING:
            body = yield Read(BODY_LIMIT)
            call.ahead = (body,)
        # A key that stands in a body is not in the recording.
        secrets = Secrets(of_request(incoming.headers, incoming.query))
        label = {name: value for name, value in incoming.headers.items() if name == "content-type"}
        sent = Asked(
            incoming.method,
            secrets.text(incoming.path),
            secrets.query(incoming.query),
            label,
            secrets.hidden(body or b""),
        )
        asked = normal(sent, self._recorded.ignored)
        name = key(asked)
        if incoming.method == "HEAD" and name not in self._known:
            name = key({**asked, "method": "GET"})
        _, found = self._known.get(name, ({}, []))
        if found:
            play = yield Count(f"tape/{name}")
            fixture = found[min(play, len(found)) - 1]
            call.playing = self._playing(fixture)
            told = {"fixture": fixture.name, "play": play, "of": len(found), "fixtures": []}
            yield from self._explain(call, told)
            return True
        if incoming.method not in READING:
            told = {
                "fixture": None,
                "otherwise": self._recorded.otherwise,
                "fixtures": self._nearest(asked),
            }
            yield from self._explain(call, told)
            if self._recorded.otherwise is None:
                raise self._nothing(call)
        return False

    def _playing(self, fixture: Fixture) -> Playing:
        headers = {
            name.lower(): value for name, value in fixture.headers if name.lower() not in NOT_AGAIN
        }
        if fixture.header("content-length") and not self._recorded.timed:
            return Playing(Reply(fixture.status, fixture.body, headers), (), timed=False)
        return Playing(Reply(fixture.status, b"", headers), fixture.chunks, self._recorded.timed)

    def _nearest(self, asked: Normal) -> list[dict[str, Any]]:
        """Return what spoke against each fixture, the one with the fewest differences first."""
        against = [
            (list(islice(differences(known, asked), 20)), fixtures[0].name)
            for known, fixtures in self._known.values()
        ]
        against.sort(key=lambda pair: (len(pair[0]), pair[1]))
        return [
            {
                "fixture": name,
                "answers": False,
                "against": [
                    {"condition": place, "expected": expected, "got": got}
                    for place, expected, got in found
                ],
            }
            for found, name in against[:EXPLAINED_FIXTURES]
        ]

    def _nothing(self, call: Call) -> Problem:
        return Problem(
            None,
            f"Nothing was recorded for this {call.incoming.method} {call.incoming.path[:200]}. "
            f"GET /__gonogo__/explain/{call.id} tells how it differs from each of the "
            f"{len(self._known)} requests that were. Record it, or start the mock with --fallback.",
            status=404,
            type="not_found",
        )

    def _explain(self, call: Call, told: dict[str, Any]) -> Generator[Wish, Any, None]:
        for line in told["fixtures"]:
            for one in line["against"]:
                one["got"] = shown(one["got"], call.incoming)
        yield from self._explanations.keep(call.id, {"engine": "replay", **told})
