"""Answering: an operation from its description alone: examples first, then instances of schemas.

The same request has the same answer; another request another one. Keeps nothing.
"""

from __future__ import annotations

import hashlib
from typing import Any

from mock_server.call import Call
from mock_server.message import Reply
from mock_server.problem import Problem, nearest
from mock_server.surface.making import UnmakeableError
from mock_server.surface.operation import Described
from mock_server.surface.prefer import Preference, preference
from mock_server.surface.responses import Content, Response, best, usual
from mock_server.surface.writing import SEQUENCES, written

USUAL = Preference()
ITEMS = 3
"""Events or lines of a body that is made from the schema of one."""


def preferred(described: Described, call: Call) -> Reply | None:
    """Return the answer a `Prefer` header asks for, or None where it asks for none.

    Raises Problem (400) for a code or an example that the document does not have.
    """
    wish = preference(call.incoming.header("prefer"))
    if wish == USUAL:
        return None
    code, response = usual(described.responses)
    if wish.code is not None:
        code, response = wish.code, best(described.responses, wish.code)
        if response is None:
            declared = ", ".join(one.status for one in described.responses)
            raise _unknown(f"the code {wish.code}, and {_name(described)} declares {declared}")
    reply = answer(described, call, code, response, wish)
    return Reply(reply.status, reply.body, {**reply.headers, "preference-applied": wish.applied})


def answer(
    described: Described,
    call: Call,
    code: int,
    response: Response | None,
    wish: Preference = USUAL,
) -> Reply:
    """Answer with a status, as its description has it."""
    headers = headers_of(described, response, call)
    content = response.content(call.incoming.header("accept")) if response else None
    if content is None or code in (204, 304):
        if wish.example is not None:
            raise _unknown(f"the example {wish.example!r}, and status {code} has no body")
        return Reply(code, b"", headers)
    value = body_of(described, call, content, wish)
    label = _EXACTLY.get(content.media.name, content.media.name)
    return Reply(code, written(label, value), {"content-type": label, **headers})


def body_of(described: Described, call: Call, content: Content, wish: Preference = USUAL) -> Any:
    """Return the value of a body: an example, or an instance that follows from the request."""
    if wish.example is not None:
        if wish.example not in content.examples:
            known = ", ".join(content.examples) or "none"
            raise _unknown(
                f"the example {wish.example[:60]!r}.{nearest(wish.example, content.examples)} "
                f"There are: {known}"
            )
        return content.examples[wish.example]
    if content.examples and not wish.dynamic:
        return next(iter(content.examples.values()))
    seed = seed_of(call)
    try:
        if content.items and content.media.name in SEQUENCES:
            place = f"{content.pointer}/itemSchema"
            return [described.maker.made(place, seed + b"%d" % index) for index in range(ITEMS)]
        if content.media.validation is None:
            return {} if content.media.json else seed.hex()
        return described.maker.made(f"{content.pointer}/schema", seed)
    except UnmakeableError as error:
        if content.examples:
            return next(iter(content.examples.values()))
        raise Problem(
            None,
            f"The document has no example of this answer, and {error}. Add an example to it.",
            status=501,
            type="server_error",
        ) from None


def headers_of(described: Described, response: Response | None, call: Call) -> dict[str, str]:
    """Return the headers a response declares: their examples, or instances where required."""
    found = {}
    for header in response.headers if response else ():
        value = header.example
        if value is None and header.required and header.pointer:
            try:
                value = described.maker.made(header.pointer, seed_of(call))
            except UnmakeableError:
                value = None
        if value is not None:
            found[header.name] = _shown(value)
    return found


def seed_of(call: Call) -> bytes:
    """Return 16 bytes that follow from what a request asks, and from nothing else."""
    assert call.operation is not None
    state = hashlib.blake2b(call.operation.id.encode(), digest_size=16)
    for part in (repr(sorted(call.arguments.items())).encode(), call.raw):
        state.update(b"%d:" % len(part) + part)
    return state.digest()


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else written("application/json", value).decode()
    return "".join(one for one in text if one.isprintable() and ord(one) < 256)


_EXACTLY = {
    "*/*": "application/json",
    "application/*": "application/json",
    "text/*": "text/plain",
    "image/*": "image/png",
    "audio/*": "audio/wav",
    "video/*": "video/mp4",
}
"""What is sent where a document leaves the kind open."""


def _name(described: Described) -> str:
    return f"{described.operation.method} {described.operation.path}"


def _unknown(what: str) -> Problem:
    return Problem(
        "invalid_value", f"'Prefer' asks for {what}. Ask for one that is there.", "Prefer"
    )
