"""Building blocks of forgeries: an exchange in, the same exchange with one thing wrong out.

Knows nothing of requirements. Arrivals move with the bytes that they are about, and a
Content-Length that was there stays true, so that a forgery breaks one promise and not two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from conformance import field, frames, json_view
from conformance.arrivals import Arrival
from conformance.coding import undo
from conformance.exchange import Ending, Exchange
from conformance.frames import Splice


def with_status(exchange: Exchange, status: int) -> Exchange:
    """Another status."""
    return replace(exchange, status=status)


def with_ending(exchange: Exchange, ending: Ending, detail: str = "") -> Exchange:
    """Another ending."""
    return replace(exchange, ending=ending, detail=detail)


def with_header(exchange: Exchange, name: str, value: str) -> Exchange:
    """One header of that name with that value, in the place of the first one."""
    kept, placed = [], False
    for key, old in exchange.headers:
        if key.lower() != name.lower():
            kept.append((key, old))
        elif not placed:
            kept.append((key, value))
            placed = True
    if not placed:
        kept.append((name, value))
    return replace(exchange, headers=tuple(kept))


def with_added_header(exchange: Exchange, name: str, value: str) -> Exchange:
    """One header more, whether or not there is one of that name."""
    return replace(exchange, headers=(*exchange.headers, (name, value)))


def without_header(exchange: Exchange, name: str) -> Exchange:
    """No header of that name."""
    kept = tuple(pair for pair in exchange.headers if pair[0].lower() != name.lower())
    return replace(exchange, headers=kept)


def with_request_json(exchange: Exchange, edit: Callable[[Any], Any]) -> Exchange:
    """Another request body; `edit` changes the value in place or returns another."""
    value = json_view.read((exchange.request.body or b"").decode(errors="replace")).value
    body = json.dumps(_edited(value, edit), ensure_ascii=False).encode()
    return replace(exchange, request=replace(exchange.request, body=body))


def with_body(exchange: Exchange, body: bytes) -> Exchange:
    """Another body. What both have in common at the ends keeps its times."""
    old = exchange.body
    before = _common(old, body)
    after = _common(old[before:][::-1], body[before:][::-1])
    splice = Splice(before, len(old) - after, body[before : len(body) - after])
    return _spliced(exchange, [splice])


def with_bytes(exchange: Exchange, old: bytes, new: bytes, count: int = -1) -> Exchange:
    """Some bytes in place of others, the first `count` times or everywhere."""
    exchange = plain(exchange)
    splices: list[Splice] = []
    position = exchange.body.find(old) if old else -1
    while position >= 0 and len(splices) != count:
        splices.append(Splice(position, position + len(old), new))
        position = exchange.body.find(old, position + len(old))
    return _spliced(exchange, splices)


def with_json(exchange: Exchange, edit: Callable[[Any], Any]) -> Exchange:
    """The JSON body edited, in place or by returning another value, in its own style."""
    exchange = plain(exchange)
    text = exchange.body.decode(errors="replace")
    value = _edited(json_view.read(text).value, edit)
    return with_body(exchange, frames.dump(value, text).encode(errors="surrogatepass"))


def with_blocks(exchange: Exchange, edit: Callable[[list[bytes]], Any]) -> Exchange:
    """The blocks of its events edited as bytes, blank lines included, in place or anew.

    Comments and blocks without data stay where they are.
    """
    exchange = plain(exchange)
    old = frames.blocks(exchange.body)
    new = _edited([exchange.body[start:end] for start, end in old], edit)
    return _spliced(exchange, frames.align(exchange.body, old, new))


def with_chunks(exchange: Exchange, edit: Callable[[list[Any]], Any]) -> Exchange:
    """The payloads of its events edited, in place or by returning another list.

    JSON payloads come parsed, all others, `[DONE]` too, as text. What is left alone keeps its
    bytes; the rest is written in the style of the stream: its line ends, spaces and escapes.
    """
    exchange = plain(exchange)
    payloads = frames.payloads(exchange.body)
    before = [json.dumps(payload, sort_keys=True) for payload in payloads]
    old_blocks = [exchange.body[start:end] for start, end in frames.blocks(exchange.body)]
    by_identity = {id(payload): place for place, payload in enumerate(payloads)}
    originals = list(payloads)
    new = _edited(payloads, edit)
    style = frames.style(exchange.body)

    def block(payload: Any) -> bytes:
        origin = by_identity.get(id(payload))
        if isinstance(payload, str):
            origin = originals.index(payload) if payload in originals else None
        if origin is not None and json.dumps(payload, sort_keys=True) == before[origin]:
            return old_blocks[origin]
        return style.block(payload)

    return with_blocks(exchange, lambda _: [block(payload) for payload in new])


def each_chunk(exchange: Exchange, edit: Callable[[Any], Any]) -> Exchange:
    """Every JSON payload edited, in place or by returning another value."""
    return with_chunks(
        exchange,
        lambda payloads: [
            payload if isinstance(payload, str) else _edited(payload, edit) for payload in payloads
        ],
    )


def at_chunk(exchange: Exchange, index: int, edit: Callable[[Any], Any]) -> Exchange:
    """The payload of one event edited; a negative index counts from the end."""

    def change(payloads: list[Any]) -> None:
        payloads[index] = _edited(payloads[index], edit)

    return with_chunks(exchange, change)


def with_event(exchange: Exchange, index: int, payload: Any) -> Exchange:
    """One event more, before that index; a string goes as it is, all else as JSON."""
    return with_chunks(exchange, lambda payloads: payloads.insert(index, payload))


def without_event(exchange: Exchange, index: int) -> Exchange:
    """One event less; a negative index counts from the end."""
    return with_blocks(exchange, lambda blocks: blocks.__delitem__(index))


def with_repeated_event(exchange: Exchange, index: int) -> Exchange:
    """One event twice."""
    return with_blocks(exchange, lambda blocks: blocks.insert(index % len(blocks), blocks[index]))


def cut(exchange: Exchange, offset: int, ending: Ending = Ending.INCOMPLETE) -> Exchange:
    """Only the first bytes of the body, and an ending to go with it."""
    kept = tuple(arrival for arrival in exchange.arrivals if arrival.start < offset)
    return replace(exchange, body=exchange.body[:offset], arrivals=kept, ending=ending)


def all_at_once(exchange: Exchange) -> Exchange:
    """Every byte at the end, as a gateway that buffers would send them."""
    chunk = exchange.arrivals[-1].chunk if exchange.arrivals else None
    arrivals = (Arrival(0, exchange.ended_at, 0 if chunk is not None else None),)
    return replace(exchange, arrivals=arrivals if exchange.body else ())


def plain(exchange: Exchange) -> Exchange:
    """The same without content coding."""
    codings = [value for name, value in exchange.headers if name.lower() == "content-encoding"]
    if not codings:
        return exchange
    content = undo(exchange.body, field.tokens(", ".join(codings))).data
    return with_body(without_header(exchange, "content-encoding"), content)


def _edited(value: Any, edit: Callable[[Any], Any]) -> Any:
    changed = edit(value)
    return value if changed is None else changed


def _spliced(exchange: Exchange, splices: Sequence[Splice]) -> Exchange:
    body, moved = frames.spliced(exchange.body, splices)
    arrivals: dict[int, Arrival] = {}
    for arrival in exchange.arrivals:
        start = moved(arrival.start)
        if start < len(body):
            # Of those that fell on one place, the last is the one whose bytes are still there.
            arrivals[start] = replace(arrival, start=start)
    if body and 0 not in arrivals:
        first = exchange.arrivals[0] if exchange.arrivals else Arrival(0, exchange.ended_at)
        arrivals[0] = replace(first, start=0)
    forged = replace(
        exchange, body=body, arrivals=tuple(arrivals[start] for start in sorted(arrivals))
    )
    if any(name.lower() == "content-length" for name, _ in forged.headers):
        forged = with_header(forged, "content-length", str(len(body)))
    return forged


def _common(left: bytes, right: bytes) -> int:
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
