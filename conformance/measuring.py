"""Measuring: what a run shows beside its verdicts, as series of points. Judges nothing.

Each measurement is `{title, x, y, note, series: [{name, line, points: [[x, y], ...]}]}`, as the
schema of the report says; one without points is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from conformance.exchange import Exchange, Setting
from conformance.reading import Reading

MOST = 2000
"""Exchanges that are looked at, in the order in which they ended."""
LONG = 300
"""Words from which a prompt is one that feels for the end of the window."""

Points = list[list[float]]


def measurements(
    exchanges: Iterable[Exchange], setting: Setting, known: Mapping[str, Reading] | None = None
) -> dict[str, Any]:
    """Return every measurement that the exchanges of a run allow.

    `known` are readings by id that were made already, since reading takes most of the time.
    """
    looked_at = islice((each for each in exchanges if each.answered), MOST)
    read = known or {}
    readings = [read.get(each.id) or Reading(each, setting) for each in looked_at]
    makers: dict[str, Callable[[Sequence[Reading]], dict[str, Any]]] = {
        "first-byte": _first_byte,
        "arrivals": _arrivals,
        "prompt-tokens": _prompt_tokens,
        "window": _window,
    }
    made = {name: maker(readings) for name, maker in makers.items()}
    return {
        name: each for name, each in made.items() if any(len(s["points"]) for s in each["series"])
    }


def _first_byte(readings: Sequence[Reading]) -> dict[str, Any]:
    start = min((each.exchange.began for each in readings), default=0.0)
    streams: Points = []
    others: Points = []
    for each in readings:
        exchange = each.exchange
        if each.ok and each.is_chat and exchange.arrivals:
            target = streams if each.is_stream_request else others
            since = round(exchange.began - start, 4)
            target.append([since, round(exchange.arrivals[0].at * 1000, 3)])
    return _measurement(
        "Time to the first byte of an answer, over the run",
        "seconds into the run",
        "milliseconds",
        [_series("streams", sorted(streams)), _series("whole answers", sorted(others))],
    )


def _arrivals(readings: Sequence[Reading]) -> dict[str, Any]:
    streams = [each for each in readings[:200] if each.ok and each.is_stream_request]
    longest = sorted(streams, key=lambda each: -len(each.events))[:3]
    return _measurement(
        "Arrival of the events of the longest streams",
        "milliseconds after sending",
        "events so far",
        [
            _series(
                each.id,
                [[round(at * 1000, 3), n + 1] for n, at in enumerate(each.timing.times)],
                line=True,
            )
            for each in longest
        ],
    )


def _prompt_tokens(readings: Sequence[Reading]) -> dict[str, Any]:
    points: Points = []
    for each in readings:
        words = words_sent(each)
        if words and each.ok and each.usage is not None and each.usage.prompt is not None:
            points.append([words, each.usage.prompt])
    return _measurement(
        "Prompt tokens against words sent",
        "words in the messages",
        "prompt_tokens",
        [_series("answers", sorted(points))],
    )


def _window(readings: Sequence[Reading]) -> dict[str, Any]:
    answered: Points = []
    refused: Points = []
    for each in readings:
        words = words_sent(each)
        if words >= LONG and (each.ok or each.status in (400, 413, 422)):
            target = answered if each.ok else refused
            target.append([words, 1 if each.ok else 0])
    return _measurement(
        "Where the context window ends",
        "words in the messages",
        "refused (0) or answered (1)",
        [_series("answered", sorted(answered)), _series("refused", sorted(refused))],
    )


def words_sent(reading: Reading) -> int:
    """Return how many words the messages of a request hold; 0 when it has none to count."""
    messages = reading.asked("messages")
    if not isinstance(messages, list):
        return 0
    return sum(_words(message.get("content")) for message in messages if isinstance(message, dict))


def _words(content: object) -> int:
    if isinstance(content, str):
        return len(content.split())
    if isinstance(content, list):
        return sum(_words(part.get("text")) for part in content if isinstance(part, dict))
    return 0


def _series(name: str, points: Points, *, line: bool = False) -> dict[str, Any]:
    return {"name": name, "line": line, "points": points}


def _measurement(title: str, x: str, y: str, series: list[dict[str, Any]]) -> dict[str, Any]:
    kept = [each for each in series if each["points"]]
    return {"title": title, "x": x, "y": y, "series": kept}
