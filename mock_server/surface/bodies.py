"""Bodies: what a request carries, by the media types its operation declares. Knows no operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from mock_server.problem import Problem
from mock_server.surface.kinds import converted, kinds, members
from mock_server.text import NotJsonError, loads
from mock_server.validation import Placed, Schemas
from openapi import Contract, Operation

if TYPE_CHECKING:
    from email.message import Message

_JSON = re.compile(r"application/(?:.*\+)?json|text/json", re.IGNORECASE)
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Media:
    """One media type a body may have."""

    name: str
    """As the document writes it: `application/json`, `image/*`."""
    schema: Any
    validation: Placed | None

    @property
    def json(self) -> bool:
        """Its bodies are JSON texts."""
        return is_json(self.name)

    def read(self, raw: bytes, label: str, contract: Contract) -> Any:
        """Return the value of a body; raises Problem (400) for one that cannot be read."""
        if self.json:
            return _json(raw)
        if self.name == FORM:
            return _form(parse_qsl(_utf8(raw), keep_blank_values=True), self.schema, contract)
        if self.name.startswith("multipart/"):
            return _form(_parts(raw, label), self.schema, contract)
        return _utf8(raw) if self.name.startswith("text/") else raw


@dataclass(frozen=True, slots=True)
class Body:
    """The request body of an operation."""

    required: bool
    medias: tuple[Media, ...]

    def media(self, label: str | None) -> Media:
        """Return what a `Content-Type` names; raises Problem (415) where it is none of them."""
        if label is None:
            got = "a body without a Content-Type"
        else:
            named = essence(label)
            for media in sorted(self.medias, key=lambda one: one.name.count("*")):
                if matches(media.name, named):
                    return media
            got = repr(label[:100])
        offered = " or ".join(media.name for media in self.medias)
        raise Problem(
            "unsupported_media_type",
            f"The body must be labelled {offered}, not {got}. Set the Content-Type header.",
        )


def body(contract: Contract, operation: Operation, schemas: Schemas) -> Body | None:
    """Return the request body of an operation, or None where it has none."""
    written = operation.definition.get("requestBody")
    if written is None:
        return None
    pointer = f"{operation.pointer}/requestBody"
    if "$ref" in written:
        pointer = str(written["$ref"]).removeprefix("#")
    definition = contract.follow(written)
    content = definition.get("content") or {}
    medias = tuple(
        media(contract, f"{pointer}/content/{escaped(name)}", name, content[name], schemas)
        for name in content
    )
    return Body(definition.get("required") is True, medias) if medias else None


def media(contract: Contract, pointer: str, name: str, written: Any, schemas: Schemas) -> Media:
    """Return one entry of a `content` map."""
    if isinstance(written, Mapping) and "$ref" in written:
        pointer = str(written["$ref"]).removeprefix("#")
    schema = contract.follow(written).get("schema")
    return Media(
        name.partition(";")[0].strip().lower(),
        schema,
        None if schema is None else schemas.at(f"{pointer}/schema"),
    )


def essence(label: str) -> str:
    """Return a media type without its parameters, in lower case."""
    return label.partition(";")[0].strip().lower()


def matches(offered: str, named: str) -> bool:
    """Tell whether a media type is one that a range such as `image/*` means."""
    if offered in ("*/*", named):
        return True
    return offered.endswith("/*") and named.startswith(offered[:-1])


def is_json(name: str) -> bool:
    """Tell whether bodies of a media type are JSON texts."""
    return _JSON.fullmatch(name) is not None


def escaped(part: str) -> str:
    """Return a part of a JSON pointer as it is written in one."""
    return part.replace("~", "~0").replace("/", "~1")


def _json(raw: bytes) -> Any:
    try:
        return loads(raw)
    except NotJsonError as error:
        raise Problem(
            "invalid_json", f"The body is not valid JSON: {error}. Correct it and send it again."
        ) from None


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(
            "invalid_value", f"The body is not UTF-8: byte {error.start} is none. Encode it so."
        ) from None


def _form(pairs: Any, schema: Any, contract: Contract) -> dict[str, Any]:
    known = members(schema, contract)
    found: dict[str, Any] = {}
    for name, value in pairs:
        inner = known.get(name)
        if "array" in kinds(inner, contract):
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return {name: converted(value, known.get(name), contract) for name, value in found.items()}


def _parts(raw: bytes, label: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each part; a file's bytes are shown as Latin-1, unread."""
    head = f"content-type: {label}\r\n\r\n".encode("latin-1", "replace")
    # Mail's reader of parts, which hardly any request needs.
    from email.parser import BytesParser
    from email.policy import HTTP

    message = BytesParser(policy=HTTP).parsebytes(head + raw)
    if not message.is_multipart():
        raise Problem(
            "invalid_value",
            "The body is no multipart message with the boundary of its Content-Type. Let the "
            "client library set both.",
        )
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise Problem("invalid_value", "A part of the multipart body has no name. Name it.")
        yield name, _part_text(part)


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")
