"""Lies about the document of an answer in one piece, and about each member of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import fault, headers
from mock_server.message import Reply

Json = dict[str, Any]
Change = Callable[[Json, Call], object]


def _lie(name: str, words: str, change: Change) -> None:
    """Register a change of the JSON of an answer in one piece."""

    def changed(document: Json, call: Call) -> Json:
        if "choices" in document:
            change(document, call)
        return document

    changed.__doc__ = words
    fault(name, at="document")(changed)


def _member(name: str, key: str, value: Any, words: str) -> None:
    """Register an answer that has a value at its top, or with `...` lacks the member."""

    def change(document: Json, call: Call) -> None:
        del call
        if value is ...:
            document.pop(key)
        else:
            document[key] = value

    _lie(name, words, change)


def _choice(name: str, key: str, value: Any, words: str, *, only: int | None = None) -> None:
    """Register a value in each choice, or in one of them; `message/...` goes into its message."""

    def change(document: Json, call: Call) -> None:
        del call
        for choice in document["choices"]:
            if only is not None and choice["index"] != only:
                continue
            place = choice["message"] if "/" in key else choice
            if value is ...:
                place.pop(key.removeprefix("message/"))
            else:
                place[key.removeprefix("message/")] = value

    _lie(name, words, change)


_member("response.id", "id", 7, "Send a number as the id.")
_member("response.id/missing", "id", ..., "Send no id.")
_member("response.id-not-empty", "id", "", "Send an empty id.")
_member("response.id-prefix", "id", "8f2c-4471", "Send an id without its prefix.")
_member("response.id-unique", "id", "chatcmpl-constant", "Send one id with every answer.")
_member("response.object", "object", "text_completion", "Call a completion text_completion.")
_member("response.object/chunk", "object", "chat.completion.chunk", "Call a completion a chunk.")
_member("response.object/missing", "object", ..., "Send no object name.")
_member("response.created-integer", "created", "1712016000", "Tell the time as text.")
_member("response.created-integer/missing", "created", ..., "Tell no time.")
_member("response.created-now", "created", 0, "Tell 1970 as the time.")
_member("response.created-now/model", "created", 1712016000, "Tell the release as the time.")
_member("response.model", "model", None, "Name no model.")
_member("response.model/missing", "model", ..., "Leave the model out.")
_member("response.model-echo", "model", "google/gemma-2", "Name another model.")
_member("response.choices", "choices", [], "Send no choices.")
_member("response.choices/null", "choices", None, "Send null for choices.")
_choice("response.index", "index", 1, "Count every choice as 1.")
_choice("response.index/missing", "index", ..., "Send no index.")
_choice("response.index/text", "index", "0", "Send the index as text.")
_choice("response.message", "message", ..., "Send no message.")
_choice("response.no-delta", "delta", {"content": "hi"}, "Send a delta beside the message.")
_choice("response.role", "message/role", "model", "Call the speaker model.")
_choice("response.role/missing", "message/role", ..., "Send no role.")
_choice("response.role/second", "message/role", "", "Name no speaker of choice 1.", only=1)
_choice("response.content-text", "message/content", None, "Send null for the content.")
_choice("response.content-text/missing", "message/content", ..., "Send no content.")
_choice("response.finish-present", "finish_reason", None, "Give null as the finish reason.")
_choice("response.finish-present/missing", "finish_reason", ..., "Give no finish reason.")
_choice("response.finish-present/second", "finish_reason", None, "Choice 1 never ends.", only=1)
_choice("response.finish-known", "finish_reason", "eos_token", "End with an engine's own word.")
_choice("response.finish-known/upper", "finish_reason", "STOP", "End with a word in capitals.")
_choice("response.finish-known/empty", "finish_reason", "", "End with an empty word.")
_choice("response.no-reasoning", "message/reasoning_content", "Let me think.", "Think aloud.")
_choice("response.refusal-null", "message/refusal", "I cannot.", "Refuse beside the answer.")
_choice(
    "response.no-tool-calls",
    "message/tool_calls",
    [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    "Call a tool that nobody offered.",
)


def _scaled(factor: float) -> Change:
    def change(document: Json, call: Call) -> None:
        del call
        document["created"] *= factor

    return change


_lie("response.created-seconds", "Tell the time in milliseconds.", _scaled(1000))
_lie("response.created-integer/float", "Tell the time with a fraction.", _scaled(1.0))


def _renamed(rename: Callable[[str], str]) -> Change:
    def change(document: Json, call: Call) -> None:
        del call
        document["model"] = rename(document["model"])

    return change


_lie(
    "response.model-not-mangled",
    "Show where the model's weights lie.",
    _renamed(lambda name: f"/srv/weights/{name}"),
)
_lie("response.model-not-mangled/upper", "Name the model in capitals.", _renamed(str.upper))
_lie(
    "response.model-not-mangled/vendor",
    "Name the model without its vendor.",
    _renamed(lambda name: name.rpartition("/")[2]),
)


@fault("response.id-unique-again", at="document")
def names_by_prompt(document: Json, call: Call) -> Json:
    """Send an id made of the prompt."""
    if "choices" in document and call.prompt is not None:
        document["id"] = f"chatcmpl-{call.prompt.digest().hex()}"
    return document


def _doubled(document: Json, call: Call) -> None:
    if call.prompt is not None and call.prompt.n == 1:
        document["choices"].append({**document["choices"][0], "index": 1})


_lie("response.one-choice", "Send two choices where one was asked for.", _doubled)


def _in_parts(document: Json, call: Call) -> None:
    del call
    for choice in document["choices"]:
        text = choice["message"]["content"]
        choice["message"]["content"] = [{"type": "text", "text": text}]


_lie("response.content-text/parts", "Send the content in parts.", _in_parts)


def _numbered(document: Json, call: Call) -> None:
    del call
    for choice in document["choices"]:
        text = choice["message"]["content"]
        if text[:1].isdigit():
            choice["message"]["content"] = int(text.split()[0].strip(".,"))


_lie("response.content-text/number", "Send digits as a number.", _numbered)


def _replaced(document: Json, call: Call) -> None:
    del call
    for choice in document["choices"]:
        text = choice["message"]["content"]
        choice["message"]["content"] = text.encode("ascii", "replace").decode()
        if not text.isascii():
            choice["message"]["content"] = "".join(
                each if each.isascii() else "\ufffd" for each in text
            )


_lie("response.no-replacement", "Lose every character that is not ASCII.", _replaced)


def _body(name: str, words: str, change: Callable[[bytes], bytes], *modes: object) -> None:
    """Register a change of the bytes of a completion in one piece, under these of `stream`."""

    def changed(reply: Reply, call: Call) -> Reply:
        whole = reply.status == 200 and call.prompt is not None and reply.body
        if not whole or (modes and call.body.get("stream", ...) not in modes):
            return reply
        reply = replace(reply, body=change(reply.body))
        events = reply.body.startswith(b"data:")
        return headers(reply, {"content-type": "text/event-stream"}) if events else reply

    changed.__doc__ = words
    fault(name, at="reply")(changed)


def _events(body: bytes) -> bytes:
    return b"data: " + body + b"\n\ndata: [DONE]\n\n"


_body("response.default-one-piece", "Stream to whoever did not decline.", _events, ...)
_body("response.false-one-piece", "Stream to whoever declined.", _events, False)
_body("response.null-one-piece", "Stream to whoever sent null.", _events, None)
_body("response.document", "Wrap the answer in an array.", lambda body: b"[" + body + b"]")
_body("response.document/empty", "Answer with nothing.", lambda body: b"")
_body("response.document/cut", "Lose the last bytes.", lambda body: body[:-9])
_body(
    "response.nothing-after", "End the JSON with [DONE].", lambda body: body + b"\ndata: [DONE]\n"
)
_body("response.no-bom", "Begin with a byte order mark.", lambda body: b"\xef\xbb\xbf" + body)


@fault("response.status-200", at="reply")
def creates(reply: Reply, call: Call) -> Reply:
    """Answer with 201."""
    whole = reply.status == 200 and call.prompt is not None and reply.body
    return replace(reply, status=201) if whole else reply
