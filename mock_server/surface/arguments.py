"""Arguments: what stands in a path, a query, a header or a cookie, as its document describes it.

Knows OpenAPI's styles, and neither a request body nor what an argument is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from mock_server.message import Incoming
from mock_server.problem import Problem
from mock_server.surface.kinds import converted, kinds, members
from mock_server.text import NotJsonError, loads
from mock_server.validation import Placed, Schemas
from openapi import Contract, Operation

ABSENT = object()
_SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|", "simple": ","}
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_IGNORED = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that OpenAPI says are not parameters."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    where: str
    """`path`, `query`, `header` or `cookie`."""
    required: bool
    pointer: str
    """Of the parameter object."""
    style: str
    explode: bool
    schema: Any
    """As it is written; None where `content` describes it."""
    validation: Placed | None
    json: bool
    """The value is a JSON text."""

    def value(self, given: Sent, contract: Contract) -> Any:
        """Return what a request gives it, converted as far as it can be, or ABSENT."""
        raw = given.raw(self, contract)
        if raw is ABSENT:
            return ABSENT
        if self.json:
            try:
                return loads(str(raw).encode())
            except NotJsonError as error:
                raise Problem(
                    "invalid_value",
                    f"'{self.name}' must be a JSON text: {error}. The rule is #{self.pointer}.",
                    self.name,
                ) from None
        return converted(raw, self.schema, contract)


class Sent:
    """What a request carries beside its body."""

    def __init__(self, incoming: Incoming, path: Mapping[str, str]) -> None:
        self._path = path
        self._headers = incoming.headers
        self._query: dict[str, list[str]] = {}
        for name, value in parse_qsl(incoming.query, keep_blank_values=True):
            self._query.setdefault(name, []).append(value)
        self._cookies = cookies(incoming.header("cookie"))

    def raw(self, parameter: Parameter, contract: Contract) -> Any:
        """Return the text, texts or members a parameter was given, or ABSENT."""
        name, wanted = parameter.name, kinds(parameter.schema, contract)
        match parameter.where:
            case "query":
                return self._in_query(parameter, wanted, contract)
            case "path":
                text = self._path.get(name)
            case "header":
                text = self._headers.get(name.lower())
            case _:
                text = self._cookies.get(name)
        if text is None:
            return ABSENT
        if parameter.where == "path":
            text = _unmarked(text, parameter)
        return text if parameter.json else _split(text, parameter, wanted)

    def _in_query(self, parameter: Parameter, wanted: frozenset[str], contract: Contract) -> Any:
        name = parameter.name
        if parameter.json:
            return self._query[name][-1] if name in self._query else ABSENT
        if parameter.style == "deepObject":
            found = _deep(self._query, name)
            return found or ABSENT
        if "object" in wanted and parameter.style == "form" and parameter.explode:
            known = members(parameter.schema, contract)
            found = {key: self._query[key][-1] for key in known if key in self._query}
            return found or ABSENT
        values = self._query.get(name)
        if values is None:
            return ABSENT
        if "array" in wanted and parameter.explode:
            return values
        return _split(values[-1], parameter, wanted)


def parameters(contract: Contract, operation: Operation, schemas: Schemas) -> tuple[Parameter, ...]:
    """Return the parameters of an operation; its own take the place of its path's."""
    found: dict[tuple[str, str], Parameter] = {}
    item = operation.pointer.rpartition("/")[0]
    for owner in (item, operation.pointer):
        written = contract.follow(contract.resolve(owner)).get("parameters") or []
        for index, entry in enumerate(written):
            definition = contract.follow(entry)
            pointer = _home(entry, f"{owner}/parameters/{index}")
            name, where = str(definition.get("name")), str(definition.get("in"))
            if where not in _STYLES or (where == "header" and name.lower() in _IGNORED):
                continue
            found[name, where] = _parameter(definition, name, where, pointer, schemas)
    return tuple(found.values())


def read(
    wanted: Iterable[Parameter], incoming: Incoming, path: Mapping[str, str], contract: Contract
) -> dict[str, Any]:
    """Return the arguments of a request by name; raises Problem (400) for the first bad one."""
    sent = Sent(incoming, path)
    values: dict[str, Any] = {}
    for parameter in wanted:
        value = parameter.value(sent, contract)
        if value is ABSENT:
            if parameter.required:
                raise Problem(
                    "missing_required_parameter",
                    f"'{parameter.name}' is required in the {parameter.where} and missing. Add it. "
                    f"The rule is #{parameter.pointer}/required.",
                    parameter.name,
                )
            continue
        if parameter.validation is not None:
            parameter.validation.check(value, parameter.name)
        values[parameter.name] = value
    return values


def _parameter(
    definition: Mapping[str, Any], name: str, where: str, pointer: str, schemas: Schemas
) -> Parameter:
    style = str(definition.get("style") or _STYLES[where])
    content = definition.get("content")
    media = next(iter(content), "") if isinstance(content, Mapping) else ""
    schema = definition.get("schema")
    place = f"{pointer}/schema"
    if media and isinstance(content, Mapping):
        schema = content[media].get("schema")
        place = f"{pointer}/content/{media.replace('~', '~0').replace('/', '~1')}/schema"
    return Parameter(
        name=name,
        where=where,
        required=definition.get("required") is True or where == "path",
        pointer=pointer,
        style=style,
        explode=bool(definition.get("explode", style == "form")),
        schema=schema,
        validation=None if schema is None else schemas.at(place),
        json="json" in media,
    )


def _home(entry: Any, pointer: str) -> str:
    """Return where an entry really stands: where its `$ref` leads, or where it is."""
    reference = entry.get("$ref") if isinstance(entry, Mapping) else None
    return str(reference).removeprefix("#") if reference else pointer


def _split(text: str, parameter: Parameter, wanted: frozenset[str]) -> Any:
    separator = _SEPARATORS.get(parameter.style, ",")
    if "array" in wanted and not wanted & {"string"}:
        return text.split(separator) if text else []
    if "object" in wanted and not wanted & {"string"}:
        return dict(_pairs(text.split(separator), parameter.explode))
    return text


def _pairs(parts: list[str], explode: bool) -> Iterator[tuple[str, str]]:
    if explode:
        for part in parts:
            name, _, value = part.partition("=")
            yield name, value
    else:
        yield from zip(parts[::2], parts[1::2], strict=False)


def _unmarked(text: str, parameter: Parameter) -> str:
    """Take off what the styles `label` and `matrix` put in front."""
    if parameter.style == "label":
        return text.removeprefix(".")
    if parameter.style == "matrix":
        return text.removeprefix(f";{parameter.name}=")
    return text


def _deep(query: Mapping[str, list[str]], name: str) -> dict[str, str]:
    pattern = re.compile(rf"{re.escape(name)}\[([^\]]+)\]")
    return {
        found[1]: values[-1] for key, values in query.items() if (found := pattern.fullmatch(key))
    }


def cookies(header: str | None) -> dict[str, str]:
    """Read a `Cookie` header; nothing of one that cannot be read."""
    if not header:
        return {}
    from http.cookies import CookieError, SimpleCookie

    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
