"""Responses: what an operation may answer, as its document describes it. Chooses none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.surface.bodies import Media, escaped, is_json, matches, media
from mock_server.validation import Schemas
from openapi import Contract, Operation


@dataclass(frozen=True, slots=True)
class Content:
    """A body an answer may have."""

    media: Media
    pointer: str
    """Of the media type object."""
    examples: Mapping[str, Any]
    """By name, in the document's order; those that break their schema are left out."""
    items: bool
    """The schema of one item of the body stands beside, as `itemSchema`."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header an answer may have."""

    name: str
    required: bool
    example: Any
    """None where there is none."""
    pointer: str
    """Of its schema; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, for one status or a range of them."""

    status: str
    """`200`, `4XX` or `default`."""
    contents: tuple[Content, ...]
    headers: tuple[Header, ...]

    def suits(self, code: int) -> bool:
        """Tell whether it describes a status."""
        return self.status in (str(code), f"{code // 100}XX", f"{code // 100}xx", "default")

    def content(self, accept: str | None) -> Content | None:
        """Return what a client wants most, JSON where it does not mind; None without a body."""
        for wanted in _wanted(accept):
            for content in self.contents:
                if matches(wanted, content.media.name):
                    return content
        by_json = sorted(self.contents, key=lambda one: not one.media.json)
        return by_json[0] if by_json else None


def responses(
    contract: Contract, operation: Operation, schemas: Schemas, dropped: list[str]
) -> tuple[Response, ...]:
    """Return the answers of an operation, in the document's order.

    Pointers of examples that break their schemas are added to `dropped`.
    """
    written = operation.definition.get("responses") or {}
    return tuple(
        _response(
            str(status),
            _place(entry, f"{operation.pointer}/responses/{status}"),
            contract.follow(entry),
            contract,
            schemas,
            dropped,
        )
        for status, entry in written.items()
        if not str(status).startswith("x-")
    )


def best(found: Sequence[Response], code: int) -> Response | None:
    """Return the answer that describes a status most exactly, or None."""
    suiting = [one for one in found if one.suits(code)]
    order = {str(code): 0, "default": 2}
    return min(suiting, key=lambda one: order.get(one.status, 1), default=None)


def usual(found: Sequence[Response]) -> tuple[int, Response | None]:
    """Return the status and the answer of a call that went well."""
    for one in sorted(found, key=lambda each: each.status):
        if one.status[:1] == "2":
            return (200 if one.status.lower() == "2xx" else int(one.status)), one
    for one in found:
        if one.status == "default":
            return 200, one
    for one in found:
        if one.status[:1] in "13" and one.status.isdecimal() and int(one.status) >= 300:
            return int(one.status), one
    return 200, None


def _response(
    status: str,
    pointer: str,
    definition: Mapping[str, Any],
    contract: Contract,
    schemas: Schemas,
    dropped: list[str],
) -> Response:
    contents = []
    for name, entry in (definition.get("content") or {}).items():
        where = _place(entry, f"{pointer}/content/{escaped(name)}")
        one = media(contract, where, name, entry, schemas)
        shown = contract.follow(entry)
        examples = dict(_examples(shown, contract))
        if one.validation is not None:
            bad = [name for name in examples if not one.validation.accepts(examples[name])]
            for name in bad:
                del examples[name]
                dropped.append(f"{name} at #{where}")
        contents.append(Content(one, where, examples, "itemSchema" in shown))
    headers = [
        _header(name, _place(entry, f"{pointer}/headers/{escaped(name)}"), contract.follow(entry))
        for name, entry in (definition.get("headers") or {}).items()
        if name.lower() != "content-type"
    ]
    return Response(status, tuple(contents), tuple(headers))


def _header(name: str, pointer: str, definition: Mapping[str, Any]) -> Header:
    example = definition.get("example")
    if example is None and isinstance(definition.get("examples"), Mapping):
        for each in definition["examples"].values():
            example = each.get("dataValue", each.get("value"))
            break
    return Header(
        name.lower(),
        definition.get("required") is True,
        example,
        f"{pointer}/schema" if "schema" in definition else "",
    )


def _examples(definition: Mapping[str, Any], contract: Contract) -> Iterator[tuple[str, Any]]:
    if "example" in definition:
        yield "example", definition["example"]
    named = definition.get("examples")
    for name, entry in named.items() if isinstance(named, Mapping) else ():
        example = contract.follow(entry)
        for key in ("dataValue", "value"):
            if isinstance(example, Mapping) and key in example:
                yield str(name), example[key]
                break


def _place(entry: Any, pointer: str) -> str:
    reference = entry.get("$ref") if isinstance(entry, Mapping) else None
    return str(reference).removeprefix("#") if reference else pointer


def _wanted(accept: str | None) -> list[str]:
    """Return the media ranges of an `Accept` header, the most wanted first; `*/*` left out."""
    ranges = []
    for part in (accept or "").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        if name and name != "*/*" and weight > 0:
            ranges.append((weight, name))
    ranges.sort(key=lambda one: -one[0])
    return [name for _, name in ranges if is_json(name) or "/" in name]
