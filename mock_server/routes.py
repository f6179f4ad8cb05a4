"""Routes: which operation of the contract a path names. Knows no handler."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mock_server.frozen import frozen
from openapi import Operation

_PARAMETER = re.compile(r"\{([^{}/]+)\}")


@frozen
class Route:
    """A path of the contract and what may be done there."""

    operations: Mapping[str, Operation]
    """By method, upper case."""
    arguments: Mapping[str, str]

    def operation(self, method: str) -> Operation | None:
        """Return the operation of a method; HEAD is the operation of GET, sent without a body."""
        return self.operations.get("GET" if method == "HEAD" else method)

    def allow(self) -> str:
        """Return the `Allow` header."""
        methods = set(self.operations)
        return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


class Routes:
    """The paths of a contract."""

    def __init__(self, operations: Iterable[Operation], *, whole_segments: bool = False) -> None:
        """With `whole_segments` no parameter takes a slash."""
        self._exact: dict[str, dict[str, Operation]] = {}
        templates: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            path = operation.base + operation.path
            table = templates if "{" in path else self._exact
            table.setdefault(path, {})[operation.method] = operation
        # The most specific template first: the longest text before its first parameter.
        order = _segments if whole_segments else _text_before
        self._templates = [
            (_pattern(path, whole_segments), _PARAMETER.findall(path), templates[path])
            for path in sorted(templates, key=order)
        ]

    def find(self, path: str) -> Route | None:
        """Return the route of a decoded path, or None.

        The last parameter of a template takes slashes too, because model ids hold them and half
        of the clients do not escape them; unless parameters are whole segments.
        """
        exact = self._exact.get(path)
        if exact is not None:
            return Route(exact, {})
        for pattern, names, operations in self._templates:
            found = pattern.fullmatch(path)
            if found:
                return Route(operations, dict(zip(names, found.groups(), strict=True)))
        return None

    def exact(self) -> Mapping[str, Mapping[str, Operation]]:
        """Return the operations of each path without parameters, by method."""
        return self._exact

    def paths(self) -> list[str]:
        """Return the paths without parameters."""
        return list(self._exact)


def _text_before(path: str) -> int:
    return -path.index("{")


def _segments(path: str) -> tuple[bool, ...]:
    """Order by which segment is the first to hold a parameter; text comes before parameters."""
    return tuple("{" in segment for segment in path.split("/"))


def _pattern(path: str, whole_segments: bool) -> re.Pattern[str]:
    parts = _PARAMETER.split(path)
    last = len(parts) - 2
    pieces = [
        ("(.+)" if index == last and not whole_segments else "([^/]+)")
        if index % 2
        else re.escape(part)
        for index, part in enumerate(parts)
    ]
    return re.compile("".join(pieces), re.DOTALL)
