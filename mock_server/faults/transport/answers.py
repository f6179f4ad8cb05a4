"""Lies in the head of an answer: status, label, length, names, what a browser may read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from mock_server.call import Call
from mock_server.faults import HangUp, Raw, Steps, Writes, fault, headers, instead, named, taken
from mock_server.gateway import Gateway
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.state import Wishes

CHAT = "/chat/completions"
ORIGIN = "access-control-allow-origin"
When = Callable[[Reply, Call], bool]


def _dressed(name: str, words: str, changes: Mapping[str, str | None], when: When) -> None:
    """Register a change of headers."""

    def act(reply: Reply, call: Call) -> Reply:
        return headers(reply, changes) if when(reply, call) else reply

    act.__doc__ = words
    fault(name, at="reply")(act)


def _status(name: str, words: str, status: int, when: When, body: bytes | None = None) -> None:
    """Register a change of status."""

    def act(reply: Reply, call: Call) -> Reply:
        if not when(reply, call):
            return reply
        return replace(reply, status=status, body=reply.body if body is None else body)

    act.__doc__ = words
    fault(name, at="reply")(act)


def _of_chat(reply: Reply, call: Call) -> bool:
    whole = reply.status == 200 and call.prompt is not None and not call.streams
    return whole and call.incoming.method == "POST"


def _unknown(reply: Reply, call: Call) -> bool:
    del reply
    return call.code == "unknown_url"


def _method(reply: Reply, call: Call) -> bool:
    del call
    return reply.status == 405


def _head(reply: Reply, call: Call) -> bool:
    del reply
    return call.incoming.method == "HEAD"


def _preflight(reply: Reply, call: Call) -> bool:
    del reply
    return call.incoming.method == "OPTIONS"


def _refusal(reply: Reply, call: Call) -> bool:
    del call
    return reply.status >= 400


_status("transport.post-answers/created", "Answer chat with 201.", 201, _of_chat)
_status("transport.wrong-method-refused", "Answer any method with 200.", 200, _method, b"{}")
_status("transport.wrong-method-refused/broken", "Break on a method.", 500, _method)
_status("transport.wrong-method-405", "Call a wrong method a wrong path.", 404, _method)
_status("transport.unknown-path-refused", "Answer every path.", 200, _unknown, b"{}")
_status("transport.unknown-path-404", "Forbid what is not there.", 403, _unknown)
_status("transport.head-status", "Refuse HEAD.", 405, _head)
_status("transport.preflight", "Refuse a preflight.", 405, _preflight)

_dressed("transport.wrong-method-allow", "Name no method.", {"allow": None}, _method)
_dressed("transport.allow-names-post", "Name the wrong method.", {"allow": "GET"}, _method)
_dressed("transport.json-label", "Label JSON as text.", {"content-type": "text/plain"}, _of_chat)
_dressed(
    "transport.json-label/absent", "Send JSON without a label.", {"content-type": None}, _of_chat
)
_dressed(
    "transport.encoding-asked",
    "Say that JSON is compressed.",
    {"content-encoding": "deflate"},
    _of_chat,
)
_dressed(
    "transport.length-or-chunks",
    "Send a length beside the chunks.",
    {"transfer-encoding": "chunked", "content-length": "7"},
    _of_chat,
)
_dressed(
    "transport.request-id",
    "Leave out x-request-id.",
    {"x-request-id": None},
    lambda reply, _: reply.status < 400,
)
_dressed(
    "transport.request-id-errors",
    "Leave x-request-id out of refusals.",
    {"x-request-id": None},
    _refusal,
)
_dressed(
    "transport.request-id-unique",
    "Give every answer the same x-request-id.",
    {"x-request-id": "req_1"},
    lambda _, call: call.incoming.header("x-request-id") is None,
)
_dressed(
    "transport.request-id-echo",
    "Replace the client's id.",
    {"x-request-id": "req_2"},
    lambda _, call: call.incoming.header("x-request-id") is not None,
)
_dressed(
    "transport.cors-origin",
    "Let browsers ask, and not read the answer.",
    {ORIGIN: None},
    lambda reply, call: reply.status == 200 and call.prompt is not None,
)
_dressed("transport.cors-errors", "Hide refusals from browsers.", {ORIGIN: None}, _refusal)
_dressed(
    "transport.cors-headers",
    "Let browsers send no key.",
    {"access-control-allow-headers": "content-type"},
    _preflight,
)
_dressed(
    "transport.cors-expose",
    "Hide the headers from scripts.",
    {"access-control-expose-headers": None},
    lambda _, __: True,
)


@fault("transport.not-redirected", at="reply")
def sends_elsewhere(reply: Reply, call: Call) -> Reply:
    """Redirect chat to the same path with a slash."""
    if not _of_chat(reply, call):
        return reply
    return replace(headers(reply, {"location": f"/v1{CHAT}/"}), status=307)


@fault("transport.request-id-unsafe", at="reply")
def repeats_anything(reply: Reply, call: Call) -> Reply:
    """Send back whatever the client calls itself."""
    return headers(reply, {"x-request-id": call.incoming.header("x-request-id") or call.id})


@fault("transport.preflight-not-post", at="admission")
def checks_options(steps: Steps) -> Steps:
    """Check OPTIONS like the POST."""

    def key(gateway: Gateway, call: Call) -> Wishes:
        if call.incoming.method == "OPTIONS":
            raise Problem("missing_required_parameter", "'messages' is required.", "messages")
        yield from taken(original, gateway, call)

    original = named(steps, "key")
    return instead(steps, "key", key)


def _said_of_path(name: str, words: str, **parts: str) -> None:
    def act(problem: Problem, call: Call) -> Problem:
        del call
        return replace(problem, **parts) if problem.code == "unknown_url" else problem  # type: ignore[arg-type]

    act.__doc__ = words
    fault(name, at="problem")(act)


_said_of_path("transport.unknown-path-type", "Call it another type.", type="invalid_request_error")
_said_of_path("transport.unknown-path-code", "Call it a missing model.", code="model_not_found")


@fault("transport.length-true", at="writes", below=True)
async def stops_short(writes: Writes, call: Call) -> Writes:
    """Send one byte less than promised, and close."""
    async for write in writes:
        if call.streams or call.prompt is None or not isinstance(write, bytes):
            yield write
            continue
        yield write[:-1]
        yield HangUp()
        return


@fault("transport.length-true/longer", at="writes", below=True)
async def goes_on(writes: Writes, call: Call) -> Writes:
    """Send more than promised, and close."""
    async for write in writes:
        yield write
    if not call.streams and call.prompt is not None:
        yield Raw(b" \n \n")
        yield HangUp()
