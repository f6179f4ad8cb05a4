"""Exchanges for tests: good answers in both modes, and whatever a stranger may send instead."""

import json
from typing import Any

from hypothesis import strategies as st

from conformance.arrivals import Arrival
from conformance.exchange import Ending, Exchange, Request


def request(**parameters: Any) -> Request:
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **parameters}
    return Request("one", "POST", "/chat/completions", body=json.dumps(asked).encode())


def exchange(body: bytes, media_type: str = "application/json", **changes: Any) -> Exchange:
    given = {
        "request": request(),
        "ending": Ending.COMPLETE,
        "probe": "greeting",
        "status": 200,
        "headers": (("Content-Type", media_type),),
        "ended_at": 1.0,
        **changes,
    }
    return Exchange(body=body, **given)


def completion(**changes: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Hé!", "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
        **changes,
    }


def chunk(delta: Any = None, finish: Any = None, index: Any = 0, **changes: Any) -> dict[str, Any]:
    choice = {"index": index, "delta": delta or {}, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "m",
        "choices": [choice],
        **changes,
    }


USAGE = chunk(choices=[], usage=completion()["usage"])
GOOD = [
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "Hé"}),
    chunk({"content": "!"}),
    chunk(finish="stop"),
    USAGE,
    "[DONE]",
]


def sse(payloads: list[Any], end: str = "\n", space: str = " ") -> bytes:
    texts = (item if isinstance(item, str) else json.dumps(item) for item in payloads)
    return "".join(f"data:{space}{text}{end}{end}" for text in texts).encode(errors="surrogatepass")


def streamed(payloads: list[Any] | None = None, **changes: Any) -> Exchange:
    """A stream in which each event is an HTTP chunk of its own, a tenth of a second apart."""
    payloads = GOOD if payloads is None else payloads
    body, arrivals = b"", []
    for place, payload in enumerate(payloads):
        arrivals.append(Arrival(len(body), (place + 1) / 10, place))
        body += sse([payload])
    given = {
        "request": request(stream=True, stream_options={"include_usage": True}),
        "arrivals": tuple(arrivals),
        **changes,
    }
    return exchange(body, "text/event-stream; charset=utf-8", **given)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.just(10**400)
    | st.floats()
    | st.sampled_from(["", "assistant", "stop", "\ud800", "[DONE]", "x", "\u202e"])
)
NAMES = st.sampled_from(
    [
        "id",
        "object",
        "created",
        "model",
        "choices",
        "usage",
        "error",
        "message",
        "delta",
        "role",
        "content",
        "index",
        "finish_reason",
        "logprobs",
        "tool_calls",
        "function",
        "arguments",
        "name",
        "refusal",
        "detail",
        "errors",
        "code",
        "type",
        "param",
        "prompt_tokens",
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
"""Any JSON value, made of the words that the views look for."""


@st.composite
def almost_chunks(draw: Any) -> Any:
    """A chunk with any value in the place of some of its parts."""
    choice: Any = chunk({"role": "assistant", "content": "x", "tool_calls": [{"function": {}}]})
    places: list[Any] = [choice, choice["choices"], choice["choices"][0]]
    places += [choice["choices"][0]["delta"], choice["choices"][0]["delta"]["tool_calls"]]
    for place in places:
        if draw(st.booleans()):
            continue
        if isinstance(place, list):
            place.append(draw(VALUES))
        else:
            place[draw(NAMES)] = draw(VALUES)
    return choice
