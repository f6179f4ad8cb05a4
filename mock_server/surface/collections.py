"""Collections: paths shaped `/things` and `/things/{id}`, whose things are kept.

Until a client has written to a collection it is answered from examples and schemas; from then on it
holds what was written, and nothing else. Every account has its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from openapi import Operation


class Role(StrEnum):
    """What an operation does to a collection."""

    CREATE = "create"
    ALL = "all"
    READ = "read"
    REPLACE = "replace"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Part:
    """An operation's part in a collection."""

    role: Role
    parameter: str
    """Name of the parameter that names a thing."""
    reader: Operation | None
    """The operation that reads one thing."""


_ON_ALL = {"POST": Role.CREATE, "GET": Role.ALL}
_ON_ONE = {
    "GET": Role.READ,
    "PUT": Role.REPLACE,
    "PATCH": Role.CHANGE,
    "DELETE": Role.REMOVE,
}


def parts(operations: Iterable[Operation]) -> Mapping[str, Part]:
    """Return which operations, by id, play a part in a collection.

    A collection is a path with a way to write: POST on it, or PUT on one of its things; and with a
    way to read one thing, or all.
    """
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.base + operation.path, {})[operation.method] = operation
    found: dict[str, Part] = {}
    for path, methods in by_path.items():
        above, _, last = path.rpartition("/")
        if not (last.startswith("{") and last.endswith("}") and last.count("{") == 1):
            continue
        whole = by_path.get(above, {})
        if "POST" not in whole and "PUT" not in methods:
            continue
        if "GET" not in whole and "GET" not in methods:
            continue
        name, reader = last[1:-1], methods.get("GET")
        for method, role in _ON_ALL.items():
            if method in whole:
                found[whole[method].id] = Part(role, name, reader)
        for method, role in _ON_ONE.items():
            if method in methods:
                found[methods[method].id] = Part(role, name, reader)
    return found
