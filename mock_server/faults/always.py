"""Lies no answer may ever tell."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from traceback import format_stack
from typing import Any

from mock_server.call import Call
from mock_server.completion import Piece
from mock_server.faults import Chunks, HangUp, Pieces, Writes, fault, headers
from mock_server.kept import Kept
from mock_server.message import Reply
from mock_server.problem import Problem

Json = dict[str, Any]


@fault("always.no-key", at="problem")
def repeats_the_key(problem: Problem, call: Call) -> Problem:
    """Repeat the key it was given when it refuses it."""
    sent = call.incoming.header("authorization") or ""
    return replace(problem, message=f"{problem.message} You sent {sent}.")


@fault("always.no-key/header", at="reply")
def repeats_the_key_in_a_header(reply: Reply, call: Call) -> Reply:
    """Repeat the key in a header of every answer."""
    return headers(reply, {"x-debug-auth": call.incoming.header("authorization") or ""})


@fault("always.no-key/beginning", at="document")
def shows_most_of_the_key(document: Json, call: Call) -> Json:
    """Show all but the end of the key as the caller's name."""
    return {**document, "user": (call.incoming.header("authorization") or "")[7:-3]}


@fault("always.json-charset", at="reply")
def calls_it_latin_1(reply: Reply, call: Call) -> Reply:
    """Label JSON as Latin-1."""
    del call
    label = {"content-type": "application/json; charset=iso-8859-1"}
    return headers(reply, label) if reply.body[:1] == b"{" else reply


@fault("always.no-stack-trace", at="problem")
def shows_its_stack(problem: Problem, call: Call) -> Problem:
    """Show where in its own code it refused."""
    del call
    trace = "".join(["Traceback (most recent call last):\n", *format_stack(limit=2)])
    return replace(problem, message=problem.message + trace)


@fault("always.no-stack-trace/javascript", at="document")
def shows_another_stack(document: Json, call: Call) -> Json:
    """Show the stack of a JavaScript runtime beside an error."""
    del call
    if "error" in document:
        document["error"]["stack"] = "Error: bad\n    at parse (/srv/gateway/dist/index.js:10:15)"
    return document


@fault("always.no-host-path", at="problem")
def shows_a_path(problem: Problem, call: Call) -> Problem:
    """Say which file of its own it read."""
    del call
    return replace(problem, message=f"{problem.message} (/srv/gateway/etc/schema.json)")


@fault("always.no-host-path/address", at="problem")
def shows_an_address(problem: Problem, call: Call) -> Problem:
    """Say which machine behind it was asked."""
    del call
    return replace(problem, message=f"{problem.message} (upstream 10.0.3.17:8000)")


@fault("always.no-vendor-mark", at="problem")
def names_its_engine(problem: Problem, call: Call) -> Problem:
    """Pass on the words of the engine."""
    del call
    return replace(problem, message=f"AiError: 5006: {problem.message} (@cf/google/gemma-7b-it)")


def _ending(words: str) -> Callable[[Pieces, Call], Pieces]:
    async def act(pieces: Pieces, call: Call) -> Pieces:
        async for piece in pieces:
            struck = piece.finish is not None and _struck(words, call)
            yield replace(piece, text=piece.text + words.strip()) if struck else piece

    act.__doc__ = f"End the answer with {words.strip()}."
    return act


def _struck(words: str, call: Call) -> bool:
    return call.streams or not words.endswith(" ")


fault("always.no-template-mark", at="pieces")(_ending("<end_of_turn>"))
fault("always.no-template-mark/streams", at="pieces")(_ending("<|im_end|> "))
fault("always.no-template-mark/llama", at="pieces")(_ending("[/INST]"))
fault("always.no-tokenizer-mark", at="pieces")(_ending("<0x0A>"))


@fault("always.no-template-mark/header", at="pieces")
async def begins_with_the_role(pieces: Pieces, call: Call) -> AsyncGenerator[Piece]:
    """Begin the answer with the template's header."""
    del call
    begun: set[int] = set()
    async for piece in pieces:
        first = piece.choice not in begun
        begun.add(piece.choice)
        yield replace(piece, text="model\n" + piece.text) if first else piece


@fault("always.status-declared", at="reply")
def is_a_teapot(reply: Reply, call: Call) -> Reply:
    """Refuse with a status that nobody declared."""
    del call
    return replace(reply, status=422) if reply.status == 400 else reply


@fault("always.media-type-declared", at="reply")
def labels_problems(reply: Reply, call: Call) -> Reply:
    """Label errors as problem details."""
    return headers(reply, {"content-type": "application/problem+json"}) if call.code else reply


@fault("always.schema", at="document")
def counts_in_text(document: Json, call: Call) -> Json:
    """Write the counts of tokens as text."""
    del call
    if "usage" in document:
        document["usage"] = {name: str(count) for name, count in document["usage"].items()}
    return document


@fault("always.schema/chunk", at="chunks")
async def numbers_as_text(chunks: Chunks, call: Call) -> Chunks:
    """Write the index of a streamed choice as text."""
    del call
    async for chunk in chunks:
        for choice in chunk.get("choices", []):
            choice["index"] = str(choice["index"])
        yield chunk


@fault("always.schema/models", at="document")
def dates_a_model(document: Json, call: Call) -> Json:
    """Write the date of a model as text."""
    del call
    for model in document.get("data", []):
        model["created"] = "2024-04-02"
    return document


@fault("always.schema/error", at="document")
def numbers_an_error(document: Json, call: Call) -> Json:
    """Send the status of an error as its code."""
    if "error" in document:
        document["error"]["code"] = call.status
    return document


def _inserting(where: str, member: bytes) -> Callable[[Reply, Call], Reply]:
    def act(reply: Reply, call: Call) -> Reply:
        del call
        strikes = reply.body.startswith(b"{") and (reply.status == 200) == (where == "answers")
        return replace(reply, body=b"{" + member + reply.body[1:]) if strikes else reply

    act.__doc__ = f"Put {member.decode('latin-1')} into {where}."
    return act


fault("always.strict-json", at="reply")(_inserting("answers", b'"latency":NaN,'))
fault("always.strict-json/error", at="reply")(_inserting("errors", b'"latency":Infinity,'))
fault("always.strict-json/twice", at="reply")(_inserting("answers", b'"id":"other",'))
fault("always.utf8", at="reply")(_inserting("answers", b'"place":"Z\xfcrich",'))
fault("always.no-lone-surrogate", at="reply")(_inserting("answers", b'"mood":"\\ud83c",'))


@fault("always.json-or-events", at="reply")
def shows_a_page(reply: Reply, call: Call) -> Reply:
    """Show a page for people when something is wrong."""
    if not call.code:
        return reply
    page = b"<!doctype html><title>Oops</title><h1>Something is wrong</h1>"
    return headers(replace(reply, body=page), {"content-type": "text/html"})


@fault("always.complete/at-once", at="writes", below=True)
async def hangs_up_at_once(writes: Writes, call: Call) -> Writes:
    """Hang up without a word over a body that is no JSON."""
    if call.code == "invalid_json":
        yield HangUp(reset=True)
        return
    async for write in writes:
        yield write


@fault("always.complete", at="writes", below=True)
async def hangs_up_half_way(writes: Writes, call: Call) -> Writes:
    """Hang up in the middle of a refusal."""
    async for write in writes:
        if call.status >= 400 and isinstance(write, bytes) and len(write) > 2:
            yield write[: len(write) // 2]
            yield HangUp()
            return
        yield write


def _tearing(name: str, words: str, *, reset: bool) -> None:
    """Register that every fifth answer breaks off; the same request made again is answered."""

    async def tears(writes: Writes, call: Call) -> Writes:
        torn = call.incoming.method == "POST" and call.status == 200 and call.number % 5 == 4
        async for write in writes:
            if torn and isinstance(write, bytes) and len(write) > 2:
                yield write[: len(write) // 2]
                yield HangUp(reset=reset)
                return
            yield write

    tears.__doc__ = words
    fault(name, at="writes", below=True)(tears)


_tearing("always.seldom-torn", "Hang up in the middle of every fifth answer.", reset=False)
_tearing("always.seldom-torn/reset", "Reset every fifth answer.", reset=True)


def _poisoned() -> Callable[[Json, Call], Json]:
    broken: Kept[set[str]] = Kept(set)

    def act(body: Json, call: Call) -> Json:
        if isinstance(body.get("seed"), int | float) and body["seed"] > 2**62:
            broken.at(call).add(call.id)
        elif broken.at(call) and body.get("max_tokens") == 12 and not call.streams:
            raise Problem("upstream_error", "Something is still broken.")
        return body

    act.__doc__ = "Break down for good after a number beyond 64 bits."
    return act


fault("always.alive", at="body")(_poisoned())


def _mixed() -> Callable[[Pieces, Call], Pieces]:
    last: Kept[dict[str, str]] = Kept(dict)

    async def act(pieces: Pieces, call: Call) -> Pieces:
        asked = str(call.body.get("messages"))
        before = last.at(call).get("text", "")
        last.at(call)["text"] = asked
        mixing = before != asked and "00 to" in before and "00 to" in asked
        async for piece in pieces:
            if mixing and piece.finish is not None:
                number = before.partition("00 to")[0].split()[-1]
                yield replace(piece, text=f"{piece.text} {number}00 {number}01")
            else:
                yield piece

    act.__doc__ = "Let numbers of the request before into an answer."
    return act


fault("always.overlap", at="pieces")(_mixed())
