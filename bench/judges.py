"""Is what judges an exchange linear in its bytes? Streams of 1 and of 10 MB, read by every judge.

Run as `python -m bench.judges [MEGABYTES]`. Prints, for each shape of stream, the processor seconds
of both sizes and how many times the larger took those of the smaller; then the judges and views
that grew the most.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from conformance.arrivals import Arrival
from conformance.catalogue import EveryExchange, declared_judges
from conformance.exchange import Ending, Exchange, Request
from conformance.reading import Reading
from conformance.verdict import hear

MEGABYTE = 1_000_000
TIMES = 10
HEAD = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1_700_000_000,
    "model": "google/gemma-7b-it-lora",
}


def _chunk(text: str, finish: str | None = None, **more: Any) -> bytes:
    delta = {"content": text} if finish is None else {}
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish} | more
    return _event({**HEAD, "choices": [choice]})


def _event(document: dict[str, Any]) -> bytes:
    return b"data: %b\n\n" % json.dumps(document).encode()


def _call(number: int) -> dict[str, Any]:
    function = {"name": "f", "arguments": f"{number}"}
    return {"tool_calls": [{"index": number % 1000, "id": f"call_{number}", "function": function}]}


def _entry(number: int) -> dict[str, Any]:
    kind = {"token": f" {number}", "logprob": -0.1 * number, "bytes": [32, number % 256]}
    return {**kind, "top_logprobs": [kind]}


ROLE = _event({**HEAD, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
USAGE = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
END = (_chunk("", "stop"), _event({**HEAD, "choices": [], "usage": USAGE}), b"data: [DONE]\n\n")

SHAPES: dict[str, Callable[[int], bytes]] = {
    "many small events": lambda number: _chunk(f" word{number}"),
    "repeated text": lambda number: _chunk(" the"),
    "events of 10 kB": lambda number: _chunk(f"{number} " + "lorem ipsum " * 800),
    "not ASCII": lambda number: _chunk(f"é🌿{number} "),
    "comments": lambda number: b": still here\n\n",
    "blank lines": lambda number: b"\n" * 64,
    "broken JSON": lambda number: b'data: {"id": \n\n',
    "broken otherwise": lambda number: b'data: {"id": %d, \n\n' % number,
    "empty events": lambda number: b"data\n\n" * 16,
    "not objects": lambda number: b"data: %d\n\n" % number,
    "wrong otherwise": lambda number: _event({**HEAD, "choices": number, f"x{number}": number}),
    "deep nesting": lambda number: b"data: %b%d%b\n\n" % (b"[" * 150, number, b"]" * 150),
    "nested too deep": lambda number: b"data: " + b"[" * 300 + b"\n\n",
    "another choice each": lambda number: _chunk(f" {number}", index=number),
    "another name each": lambda number: _chunk(f" {number}", **{f"x{number}": 1}),
    "usage in each": lambda number: _event({**HEAD, "choices": [], "usage": {"total_tokens": 1}}),
    "errors": lambda number: _event({"error": {"message": f"no {number}", "type": "server_error"}}),
    "finished again": lambda number: _chunk("", "stop"),
    "sentinels": lambda number: b"data: [DONE]\n\n",
    "near sentinels": lambda number: b'data: "[DONE]"\n\n',
    "tool calls": lambda number: _event(
        {**HEAD, "choices": [{"index": 0, "delta": _call(number)}]}
    ),
    "logprobs": lambda number: _chunk(f" {number}", logprobs={"content": [_entry(number)]}),
    "event names": lambda number: b"event: e%d\n" % number + _chunk(f" {number}"),
    "field names": lambda number: b"f%d: 1\n" % number,
    "not UTF-8": lambda number: b'data: "\xff\xfe"\n\n',
    "no line ends": lambda number: b"data: x" * 16,
    "carriage returns": lambda number: _chunk(f" {number}").replace(b"\n", b"\r"),
    "many data lines": lambda number: b"data: {\n" * 8,
}


def stream(shape: str, size: int) -> Exchange:
    """Return a stream of about `size` bytes, each event a chunk and an arrival of its own."""
    events, total = [ROLE], len(ROLE)
    while total < size:
        events.append(SHAPES[shape](len(events)))
        total += len(events[-1])
    events += END
    arrivals, offset = [], 0
    for place, event in enumerate(events):
        arrivals.append(Arrival(offset, place / 1000, place))
        offset += len(event)
    asked = {
        "model": HEAD["model"],
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    return Exchange(
        request=Request("one", "POST", "/chat/completions", body=json.dumps(asked).encode()),
        ending=Ending.COMPLETE,
        probe="greeting",
        status=200,
        headers=(("Content-Type", "text/event-stream; charset=utf-8"),),
        arrivals=tuple(arrivals),
        ended_at=len(events) / 1000,
        body=b"".join(events),
    )


def judged(exchange: Exchange) -> dict[str, float]:
    """Return the processor seconds of every judge, the first of which makes the views."""
    spent: dict[str, float] = {}
    reading = Reading(exchange)
    for judge in declared_judges():
        if not isinstance(judge, EveryExchange):
            continue
        before = time.process_time()
        if judge.where(reading):
            hear(judge.judge(reading))
        spent[judge.id] = time.process_time() - before
    return spent


def main(megabytes: float = 10.0) -> None:
    """Measure and print."""
    gc.set_threshold(50_000, 20, 20)  # As the command does.
    size = int(megabytes * MEGABYTE)
    print(f"{'':20}{size / TIMES / MEGABYTE:>8.1f} MB{size / MEGABYTE:>8.1f} MB{'growth':>9}")
    for shape in SHAPES:
        small, large = judged(stream(shape, size // TIMES)), judged(stream(shape, size))
        first, second = sum(small.values()), sum(large.values())
        print(f"{shape:20}{first:>9.2f} s{second:>9.2f} s{second / first:>8.1f}x")
        worst = sorted(large, key=lambda one: -large[one])[:4]
        told = ", ".join(f"{one} {small[one]:.2f}>{large[one]:.2f}" for one in worst)
        print(f"{'':20}  {told}")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
