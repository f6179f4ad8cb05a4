"""Lint: what is wrong with a document, told in sentences. Knows nothing of requirements or towers.

`openapi-spec-validator` judges the frame; it never looks into `itemSchema` or an example, so those
are walked here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openapi.contract import Contract
from openapi.keywords import misspelt
from openapi.places import Kind, Place, places
from openapi.requirement import ContractError

MAX_PROBLEMS = 100
"""Whoever has more of them starts with these."""


def lint(contract: Contract, *, thoroughly: bool = True) -> list[str]:
    """Return the problems of a contract, each with its JSON pointer; an empty list is good news.

    What is found first is told first: nobody is helped by a broken example of a broken schema.
    Unless `thoroughly`, only what keeps others from being judged by the document is told.
    """
    found = list(places(contract.document))
    stages: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: itertools.chain(_too_new(contract, found), _references(contract, found)),
        lambda: _schemas(found),
        lambda: _frame(contract),
        lambda: itertools.chain(
            _operations(contract), _examples(contract, found), _blocks(contract)
        ),
    )
    for stage in stages if thoroughly else stages[:-1]:
        try:
            problems = list(itertools.islice(stage(), MAX_PROBLEMS))
        except RecursionError:
            problems = ["schemas refer to one another without end; no instance can be judged"]
        if problems:
            return list(dict.fromkeys(problems))
    return []


def require_sound(contract: Contract) -> None:
    """Raise ContractError for a document that nobody can be judged by.

    It names the first problem, and how many more there are. A wrong example is its owner's affair.
    """
    problems = lint(contract, thoroughly=False)
    if problems:
        more = f" (and {len(problems) - 1} more: python -m openapi FILE)" if problems[1:] else ""
        raise ContractError(f"{contract.title}: {problems[0]}{more}")


def _too_new(contract: Contract, found: list[Place]) -> Iterator[str]:
    version = str(contract.document["openapi"])
    if version.startswith("3.1."):
        for place in found:
            if place.kind is Kind.SCHEMA and place.pointer.endswith("/itemSchema"):
                yield (
                    f"{place.pointer}: itemSchema needs OpenAPI 3.2, and this document says "
                    f"{version}; set `openapi: 3.2.0`"
                )


def _references(contract: Contract, found: list[Place]) -> Iterator[str]:
    for place in found:
        if place.kind is Kind.REFERENCE:
            try:
                contract.follow(place.node)
            except ContractError as error:
                yield f"{place.pointer}: {error}"


def _frame(contract: Contract) -> Iterator[str]:
    from openapi_spec_validator import OpenAPIV31SpecValidator, OpenAPIV32SpecValidator

    from openapi.instances import Unresolvable

    newer = str(contract.document["openapi"]).startswith("3.2.")
    validator: Any = OpenAPIV32SpecValidator if newer else OpenAPIV31SpecValidator
    try:
        for error in validator(contract.document).iter_errors():
            message = error.message.partition("Failed validating")[0]
            yield f"{_pointer(error.absolute_path) or '/'}: {_short(message)}"
    except Unresolvable:
        return  # every reference was followed before; this one is data that looks like one
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        yield (
            "a list stands where a map should, or the other way round: the validator of OpenAPI "
            f"gave up ({type(error).__name__})"
        )


def _schemas(found: list[Place]) -> Iterator[str]:
    from openapi.instances import schema_errors

    for place in found:
        if place.kind is Kind.SCHEMA:
            for path, message in schema_errors(place.node):
                yield f"{place.pointer}{_pointer(path)}: not a JSON Schema: {_short(message)}"
        elif place.kind is Kind.SUBSCHEMA:
            for keyword, near in misspelt(place.node):
                yield f"{place.pointer}: unknown keyword {keyword!r}; did you mean {near!r}?"


def _operations(contract: Contract) -> Iterator[str]:
    for operation in contract.operations:
        name = f"{operation.method} {operation.path}"
        bodies = [("the request", operation.definition.get("requestBody"))]
        responses = operation.definition.get("responses") or {}
        bodies += [(f"answer {status}", answer) for status, answer in responses.items()]
        for label, body in bodies:
            content = (contract.follow(body) or {}).get("content") or {}
            for media_type, media in content.items():
                if not {"schema", "itemSchema"} & contract.follow(media).keys():
                    yield (
                        f"{operation.pointer}: {label} of {name} has no schema for {media_type}; "
                        "write one, `schema: true` if anything goes"
                    )


def _examples(contract: Contract, found: list[Place]) -> Iterator[str]:
    from openapi.instances import Judge

    judge = Judge(contract.document)
    for place in found:
        if place.kind is Kind.CARRIER:
            for where, example in _written(contract, place):
                if "schema" in place.node:
                    for complaint in judge.complaints(f"{place.pointer}/schema", example):
                        yield f"{where}: {complaint}"
                if "itemSchema" in place.node:
                    items = example if isinstance(example, list) else [example]
                    for index, item in enumerate(items):
                        for complaint in judge.complaints(f"{place.pointer}/itemSchema", item):
                            yield f"{where}/{index}: {complaint}"
        elif place.kind is Kind.SUBSCHEMA:
            written = place.node.get("examples")
            written = list(enumerate(written)) if isinstance(written, list) else []
            for index, example in written:
                for complaint in judge.complaints(place.pointer, example):
                    yield f"{place.pointer}/examples/{index}: {complaint}"


def _written(contract: Contract, place: Place) -> Iterator[tuple[str, Any]]:
    """Yield what stands as an example: `example`, and each of `examples` that holds data."""
    node = place.node
    if "example" in node:
        yield f"{place.pointer}/example", node["example"]
    named = node.get("examples")
    for name, each in named.items() if isinstance(named, Mapping) else ():
        example = contract.follow(each)
        if isinstance(example, Mapping):
            for key in ("dataValue", "value"):
                if key in example:
                    yield f"{place.pointer}/examples/{name}", example[key]


def _blocks(contract: Contract) -> Iterator[str]:
    for read in (lambda: contract.model, lambda: contract.errors):
        try:
            read()
        except ContractError as error:
            yield str(error)


def _pointer(path: Any) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _short(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= 240 else f"{line[:140]} ... {line[-90:]}"
