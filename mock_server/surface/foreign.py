"""Foreign: a document of the user's own in the place of the contract. Serves nothing itself.

A document that has `x-model` and our chat operation is a contract and takes its place whole. Any
other is served from its descriptions; where it has chat or text completions, these are answered by
the engine, after its own schema has looked at the request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mock_server.surface.kinds import branches, members
from mock_server.surface.operation import readable
from mock_server.surface.securing import BEARER, Door, door
from mock_server.validation import Placed, Schemas, Validation
from openapi import Contract, ContractError, ModelFacts, Operation, contract, load

CHAT, TEXT = "createChatCompletion", "createCompletion"
_ROOT = ("/healthz", "/openapi.json")
_ENDINGS = {"/chat/completions": CHAT, "/completions": TEXT}


@dataclass(frozen=True, slots=True)
class Foreign:
    """What is served in the place of the contract."""

    contract: Contract
    """Operations that the gateway itself answers."""
    document: Contract | None
    """Operations that are answered from their descriptions; None for what stands beside chat."""
    model: ModelFacts
    chat: Callable[[Validation], Validation] | None = None
    """Puts the document's own schema of chat in front of the contract's."""
    door: Door | None = None
    """What opens chat."""


def foreign(path: str, facts: ModelFacts) -> Foreign:
    """Load a document to be served; raises ContractError, in one sentence."""
    document = load(path)
    with readable("paths"):
        return _read(document, facts)


def _read(document: Contract, facts: ModelFacts) -> Foreign:
    if document.model is not None and "ChatRequest" in _schemas(document):
        return Foreign(document, None, document.model)
    if not document.operations:
        raise ContractError(
            f"{document.title}: no operation stands in its `paths`; nothing to serve"
        )
    semantic = {id(one): name for one in document.operations if (name := _semantic(one))}
    chat = next((one for one in document.operations if semantic.get(id(one)) == CHAT), None)
    document.operations = tuple(_named(document.operations, semantic))
    return Foreign(
        _contract(document, chat),
        document,
        facts if chat is None else replace(facts, id=_model(chat, document) or facts.id),
        None if chat is None else _first(chat, document),
        None if chat is None else _door(chat, document),
    )


class Both(Validation):
    """Two schemas that both have to hold; the first speaks first."""

    def __init__(self, first: Placed, second: Validation) -> None:
        self._first, self._second = first, second

    def check(self, body: object, name: str = "") -> None:
        """Raise Problem (400) for what either refuses."""
        self._first.check(body, name)
        self._second.check(body, name)

    def accepts(self, value: object) -> bool:
        """Tell whether both do."""
        return self._first.accepts(value) and self._second.accepts(value)


def _semantic(operation: Operation) -> str | None:
    path = operation.base + operation.path
    for ending, name in _ENDINGS.items():
        if operation.method == "POST" and path.endswith(ending):
            return name
    return None


def _named(operations: tuple[Operation, ...], semantic: Mapping[int, str]) -> Iterator[Operation]:
    """Yield operations under ids that occur once, those with semantics under ours."""
    seen = {CHAT, TEXT}
    for operation in operations:
        name = semantic.get(id(operation))
        if name == CHAT:
            continue
        if name is None:
            name = operation.id
            while name in seen:
                name += "'"
            seen.add(name)
        yield replace(operation, id=name)


def _contract(document: Contract, chat: Operation | None) -> Contract:
    """Return the contract with no paths but those that the gateway serves here."""
    ours = contract().document
    taken = {one.base + one.path for one in document.operations}
    paths: dict[str, Any] = {path: ours["paths"][path] for path in _ROOT if path not in taken}
    if chat is not None:
        server = {"url": f"https://gateway.example{chat.base}"}
        item = {**ours["paths"]["/chat/completions"], "servers": [server]}
        if not door(document, chat).ways:
            item["post"] = {**item["post"], "security": []}
        paths[chat.path] = item
    return Contract({**ours, "paths": paths})


def _first(chat: Operation, document: Contract) -> Callable[[Validation], Validation] | None:
    body = chat.definition.get("requestBody") or {}
    pointer = str(body.get("$ref", f"{chat.pointer}/requestBody")).removeprefix("#")
    content = (document.follow(body) or {}).get("content") or {}
    name = next((one for one in content if "json" in one), None)
    if name is None or "schema" not in document.follow(content[name]):
        return None
    place = f"{pointer}/content/{name.replace('/', '~1')}/schema"
    theirs = Schemas(document).at(place)
    return lambda own: Both(theirs, own)


def _door(chat: Operation, document: Contract) -> Door:
    """Return what opens chat: what the document says, and the contract's bearer token."""
    return Door((*door(document, chat).ways, (BEARER,)))


def _model(chat: Operation, document: Contract) -> str | None:
    """Return the model that a document's chat operation names first, if it names one."""
    content = (document.follow(chat.definition.get("requestBody") or {}) or {}).get("content") or {}
    for entry in content.values():
        schema = document.follow(entry).get("schema")
        for one in branches(members(schema, document).get("model"), document):
            named = [one.get("const"), *(one.get("enum") or ()), one.get("default")]
            named += [one.get("example"), *(one.get("examples") or ())]
            for name in named:
                if isinstance(name, str) and name:
                    return name
    return None


def _schemas(document: Contract) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (document.document.get("components") or {}).get("schemas") or {}
    return found
