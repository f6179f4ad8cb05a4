"""Securing: where the key of a request stands, as the security schemes of a document say."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from mock_server.keys import credentials
from mock_server.message import Incoming
from mock_server.problem import Problem
from mock_server.surface.arguments import cookies
from mock_server.surface.operation import readable
from openapi import Contract, Operation


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is looked for."""

    kind: str
    """`bearer`, `basic`, `header`, `query` or `cookie`."""
    name: str = ""
    """Of the header, parameter or cookie."""

    def key(self, incoming: Incoming) -> str | None:
        """Return what stands there, or None; of user and password the one that is not empty."""
        match self.kind:
            case "header":
                found = incoming.header(self.name.lower())
            case "query":
                found = dict(parse_qsl(incoming.query)).get(self.name)
            case "cookie":
                found = cookies(incoming.header("cookie")).get(self.name)
            case "basic":
                found = _basic(incoming.header("authorization") or "")
            case _:
                found = credentials(incoming.header("authorization") or "")
        return found or None

    def __str__(self) -> str:
        """How to send it there."""
        match self.kind:
            case "header":
                return f"in the header '{self.name}'"
            case "query":
                return f"in the query, as '{self.name}'"
            case "cookie":
                return f"in the cookie '{self.name}'"
            case "basic":
                return "as the password of 'Authorization: Basic ...'"
            case _:
                return "as 'Authorization: Bearer sk-aig-...'"


BEARER = Place("bearer")


@dataclass(frozen=True, slots=True)
class Door:
    """What opens an operation: one of several sets of keys."""

    ways: tuple[tuple[Place, ...], ...]
    open: bool = False
    """Nothing opens it too."""

    def key(self, incoming: Incoming) -> str | None:
        """Return the key that a request brings; None where it may do without one.

        Raises Problem (401) where it has to bring one, and says where.
        """
        for way in self.ways:
            found = [place.key(incoming) for place in way]
            if all(found):
                return found[0]
        if self.open:
            return None
        where = " or ".join(" and ".join(map(str, way)) for way in self.ways)
        raise Problem(
            "missing_api_key",
            f"No API key came with the request. Send it {where}.",
            headers={"www-authenticate": self.challenge},
        )

    @property
    def challenge(self) -> str:
        """The value of `WWW-Authenticate`."""
        kinds = {place.kind for way in self.ways for place in way}
        return 'Basic realm="mock"' if "basic" in kinds - {"bearer"} else "Bearer"


def doors(document: Contract, operations: Iterable[Operation]) -> Mapping[str, Door]:
    """Return what opens each operation that asks for a key, by operation id."""
    with readable("security"):
        found = {one.id: door(document, one) for one in operations}
    return {name: one for name, one in found.items() if one.ways}


def door(document: Contract, operation: Operation) -> Door:
    """Return what opens an operation; one without ways stands open."""
    asked = operation.definition.get("security", document.document.get("security")) or ()
    ways = [
        tuple(place for name in requirement if (place := _place(document, name)) is not None)
        for requirement in asked
    ]
    return Door(tuple(way for way in ways if way), not all(ways))


def _place(document: Contract, name: str) -> Place | None:
    """Return where a scheme wants its key; None for a scheme that no request can show."""
    components = document.document.get("components") or {}
    scheme = document.follow((components.get("securitySchemes") or {}).get(name) or {}) or {}
    match scheme.get("type"):
        case "apiKey" if scheme.get("in") in ("header", "query", "cookie") and scheme.get("name"):
            return Place(str(scheme["in"]), str(scheme["name"]))
        case "http" if str(scheme.get("scheme")).lower() == "basic":
            return Place("basic")
        case "mutualTLS":
            return None
        case _:
            return BEARER


def _basic(authorization: str) -> str | None:
    word, _, rest = authorization.strip().partition(" ")
    if word.lower() != "basic":
        return None
    try:
        user, _, password = b64decode(rest, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password or user
