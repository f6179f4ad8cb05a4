"""Collecting: the answers of operations that create, list, read, change and remove things."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from mock_server.call import Call
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.state import Wish
from mock_server.surface import answering
from mock_server.surface.collections import Part, Role
from mock_server.surface.keeping import Shelf
from mock_server.surface.operation import Described
from mock_server.surface.responses import best, usual
from mock_server.surface.things import Form, form, listed
from mock_server.surface.writing import written
from openapi import Contract, Operation

Answered = Generator[Wish, Any, Reply | None]
"""None where the document does not show enough for a thing to be kept."""


class Collecting:
    """Answers for the collections of one document."""

    def __init__(
        self,
        contract: Contract,
        known: Mapping[str, Part],
        described: Callable[[Operation], Described],
    ) -> None:
        self._contract = contract
        self._known = known
        self._described = described

    def answer(self, described: Described, call: Call) -> Answered:
        """Answer a call that plays a part in a collection."""
        part = self._known.get(described.operation.id)
        if part is None:
            return None
        path = call.incoming.path.rstrip("/")
        if part.role not in (Role.CREATE, Role.ALL):
            path = path.rpartition("/")[0]
        shelf = Shelf(call.caller.account if call.caller else "", path)
        match part.role:
            case Role.CREATE:
                return (yield from self._create(described, call, part, shelf))
            case Role.ALL:
                return (yield from self._all(described, call, shelf))
            case Role.REMOVE:
                return (yield from self._remove(described, call, part, shelf))
            case Role.READ:
                return (yield from self._read(described, call, part, shelf))
            case _:
                return (yield from self._change(described, call, part, shelf))

    def _create(self, described: Described, call: Call, part: Part, shelf: Shelf) -> Answered:
        shape = self._form(described, part)
        if shape is None:
            return None
        seed = answering.seed_of(call)
        number = yield from shelf.number()
        name = shape.name(number, call.body, self._contract, seed + b"%d" % number)
        if (yield from shelf.find(str(name))) is not None and best(described.responses, 409):
            raise Problem(
                "invalid_value",
                f"There is a '{name}' already. Choose another {shape.identity}, or change it.",
                shape.identity,
                status=409,
            )
        thing = shape.thing(call.body, name, seed)
        yield from shelf.keep(str(thing[shape.identity]), thing)
        reply = self._reply(described, call, thing)
        if "location" in reply.headers:
            place = f"{call.incoming.path.rstrip('/')}/{thing[shape.identity]}"
            return Reply(reply.status, reply.body, {**reply.headers, "location": place})
        return reply

    def _all(self, described: Described, call: Call, shelf: Shelf) -> Answered:
        if not (yield from shelf.written()):
            return None
        _, response = usual(described.responses)
        content = response.content(None) if response else None
        if content is None or not content.media.json:
            return None
        things = yield from shelf.every()
        limit = call.arguments.get("limit")
        if type(limit) is int and limit >= 0:
            things = things[:limit]
        made = answering.body_of(described, call, content)
        found = listed(content, things, made, self._contract)
        return None if found is None else self._reply(described, call, found)

    def _read(self, described: Described, call: Call, part: Part, shelf: Shelf) -> Answered:
        thing = yield from self._found(call, part, shelf)
        shape = self._form(described, part)
        if thing is not None:
            return self._reply(described, call, thing)
        if shape is None:
            return None
        # Nobody wrote to the collection yet: any thing is there, as its document describes it.
        given = call.arguments[part.parameter]
        thing = shape.thing({}, given, answering.seed_of(call))
        return self._reply(described, call, thing)

    def _change(self, described: Described, call: Call, part: Part, shelf: Shelf) -> Answered:
        shape = self._form(described, part)
        if shape is None:
            return None
        name = call.arguments[part.parameter]
        known = yield from shelf.find(str(name))
        if known is None and part.role is Role.CHANGE and (yield from shelf.written()):
            raise _nothing(part, name)
        seed = answering.seed_of(call)
        yield from shelf.number()
        given = call.body
        if part.role is Role.CHANGE:
            given = patched(known or shape.thing({}, name, seed), call.body)
        thing = shape.thing(given, name, seed, whole=True)
        new = yield from shelf.keep(str(name), thing)
        created = best(described.responses, 201) if new and part.role is Role.REPLACE else None
        if created is not None and created.status == "201":
            return self._reply(described, call, thing, 201)
        return self._reply(described, call, thing)

    def _remove(self, described: Described, call: Call, part: Part, shelf: Shelf) -> Answered:
        yield from self._found(call, part, shelf)
        yield from shelf.number()
        yield from shelf.drop(str(call.arguments[part.parameter]))
        return None

    def _found(self, call: Call, part: Part, shelf: Shelf) -> Generator[Wish, Any, Any]:
        """Return a thing; None where nobody wrote yet; raises Problem (404) where there is none."""
        name = call.arguments[part.parameter]
        thing = yield from shelf.find(str(name))
        if thing is None and (yield from shelf.written()):
            raise _nothing(part, name)
        return thing

    def _form(self, described: Described, part: Part) -> Form | None:
        found = form(described, part.parameter, self._contract)
        if found is None and part.reader is not None:
            found = form(self._described(part.reader), part.parameter, self._contract)
        return found

    def _reply(self, described: Described, call: Call, value: Any, code: int = 0) -> Reply:
        usually, response = usual(described.responses)
        if code:
            response = best(described.responses, code)
        plain = answering.answer(described, call, code or usually, response)
        content = response.content(call.incoming.header("accept")) if response else None
        if content is None or not content.media.json or not plain.body:
            return plain
        validation = content.media.validation
        if validation is not None and not validation.accepts(value):
            return plain
        return Reply(plain.status, written(content.media.name, value), plain.headers)


def patched(thing: Any, change: Any) -> Any:
    """Return a thing changed as RFC 7396 has it: null removes a member."""
    if not isinstance(change, Mapping):
        return change
    found = dict(thing) if isinstance(thing, Mapping) else {}
    for name, value in change.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = patched(found.get(name), value)
    return found


def _nothing(part: Part, name: object) -> Problem:
    return Problem(
        "resource_not_found",
        f"There is no '{str(name)[:100]}' here. List the collection, or create it first.",
        part.parameter,
        status=404,
        type="not_found",
    )
