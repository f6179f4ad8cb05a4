"""Lies about how a refusal is told: its envelope, its parts, its label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import fault, headers
from mock_server.message import Reply

Json = dict[str, Any]


def _told(name: str, words: str, change: Callable[[Json], Any], status: int | None = None) -> None:
    """Register another document for every refusal, or for those of one status."""

    def changed(document: Json, call: Call) -> Any:
        if "error" not in document or status not in (None, call.status):
            return document
        other = change(document)
        return document if other is None else other

    changed.__doc__ = words
    fault(name, at="document")(changed)


def _part(name: str, part: str, value: Any, words: str) -> None:
    """Register a value of one part of the error, or with `...` its absence."""

    def change(document: Json) -> None:
        if value is ...:
            del document["error"][part]
        else:
            document["error"][part] = value

    _told(name, words, change)


def _flat(document: Json) -> Json:
    return {"object": "error", **document["error"]}


def _vendor(document: Json) -> Json:
    errors = [{"code": 5006, "message": document["error"]["message"]}]
    return {"result": None, "success": False, "errors": errors}


_told("errors.object", "Refuse in a framework's words.", lambda one: {"detail": "No."})
_told("errors.object/flat", "Put the error's parts at the top.", _flat)
_told("errors.object/text", "Make the error a text.", lambda one: {"error": "No."})
_told("errors.object/vendor", "Refuse in a vendor's envelope.", _vendor)
_told(
    "errors.object/405",
    "Refuse a method in a framework's words.",
    lambda one: {"detail": "No."},
    405,
)
_told(
    "errors.object/401", "Refuse a key in a framework's words.", lambda one: {"detail": "No."}, 401
)
_told("errors.object/404", "Refuse a model as a text.", lambda one: {"error": "No."}, 404)
_told("errors.json/array", "Wrap the refusal in an array.", lambda one: [one])
_told("errors.json/text", "Refuse with a text in quotes.", lambda one: "No.")
_told("errors.no-choices", "Refuse with no choices.", lambda one: one.update(choices=[]))
_part("errors.message", "message", "", "Refuse with an empty message.")
_part("errors.message/null", "message", None, "Refuse with null as the message.")
_part("errors.message/missing", "message", ..., "Refuse without a message.")
_part("errors.type", "type", None, "Refuse with null as the type.")
_part("errors.type/missing", "type", ..., "Refuse without a type.")
_part("errors.param", "param", ..., "Refuse without a param.")
_part("errors.code", "code", ..., "Refuse without a code.")
_part("errors.param-text", "param", 0, "Name the field by a number.")
_part("errors.code-text", "code", 400, "Give the code as a number.")
_part("errors.code-text/quoted", "code", "400", "Give the code as a number in quotes.")
_part("errors.no-none", "param", "None", "Name the field None.")
_part("errors.type-right", "type", "api_error", "Give every refusal one type.")
_part("errors.code-right", "code", "error", "Give every refusal one code.")
_told(
    "errors.names-field",
    "Say nothing of the field.",
    lambda one: one["error"].update(message="Bad request.", param=None),
)
_part("errors.param-right", "param", "model", "Blame the model for everything.")


def _sent(name: str, words: str, change: Callable[[Reply, Call], Reply]) -> None:
    """Register a change of every refusal as it is sent."""

    def changed(reply: Reply, call: Call) -> Reply:
        return change(reply, call) if reply.status >= 400 else reply

    changed.__doc__ = words
    fault(name, at="reply")(changed)


def _page(reply: Reply, call: Call) -> Reply:
    del call
    page = b"<html><body><h1>Sorry</h1></body></html>"
    return headers(replace(reply, body=page), {"content-type": "text/html"})


def _with_status(*statuses: int) -> Callable[[Reply, Call], Reply]:
    return lambda reply, call: _page(reply, call) if reply.status in statuses else reply


def _event(reply: Reply, call: Call) -> Reply:
    if not call.streams:
        return reply
    body = b"data: " + reply.body + b"\n\n"
    return headers(replace(reply, body=body), {"content-type": "text/event-stream"})


_sent("errors.json", "Refuse with a page.", _page)
_sent("errors.json/empty", "Refuse with nothing.", lambda reply, call: replace(reply, body=b""))
_sent("errors.json/404", "Answer an unknown path with a page.", _with_status(404))
_sent("errors.edge-envelope", "Refuse methods with a page.", _with_status(405))
_sent("errors.edge-envelope/415", "Refuse media types with a page.", _with_status(415))
_sent(
    "errors.media-type",
    "Label refusals as text.",
    lambda reply, call: headers(reply, {"content-type": "text/plain"}),
)
_sent(
    "errors.should-retry",
    "Invite another try at anything.",
    lambda reply, call: headers(reply, {"x-should-retry": "true"}),
)
_sent("errors.stream-json", "Refuse streams with an event.", _event)
