"""Whom the key is shown, and how a request is dressed."""

from __future__ import annotations

from mock_server.grading.observed import Observed
from mock_server.grading.rule import Basis, Level, NotSeen, Wrong, rule


@rule("key.stays", Level.MUST, Basis.SEEN)
def stays(seen: Observed) -> Wrong | None:
    """The key is not sent to another host, whoever says so."""
    if not seen.attempts:
        raise NotSeen("the command sent no chat request")
    if any(attempt.facts["credential"] != "none" for attempt in seen.elsewhere):
        return Wrong("no credential at the other host", "the key")
    return None


@rule("key.in-header", Level.MUST, Basis.SEEN, always=True)
def in_header(seen: Observed) -> Wrong | None:
    """The key travels in the Authorization header and not in a URL."""
    _some(seen)
    if any(attempt.facts["key_in_query"] for attempt in seen.attempts):
        return Wrong("no key in the query", "the key")
    return None


@rule("request.labelled", Level.MUST, Basis.SEEN, always=True)
def labelled(seen: Observed) -> Wrong | None:
    """A body is labelled as the JSON that it is."""
    _some(seen)
    for attempt in seen.attempts:
        label = attempt.facts["content_type"]
        if label.partition(";")[0].strip().lower() != "application/json":
            return Wrong("Content-Type: application/json", label or "no Content-Type")
    return None


@rule("request.agent-named", Level.SHOULD, Basis.SEEN, always=True)
def agent_named(seen: Observed) -> Wrong | None:
    """A client says who it is."""
    _some(seen)
    if not all(attempt.facts["agent"] for attempt in seen.attempts):
        return Wrong("a User-Agent", "none")
    return None


def _some(seen: Observed) -> None:
    if not seen.attempts:
        raise NotSeen("no chat request was made")
