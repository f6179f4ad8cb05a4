"""Validation: a request body against its schema, refused in words. The only door to jsonschema-rs.

Knows no parameter by name: codes come from `x-code`, `x-param` and `x-validation` of the contract.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from mock_server.problem import Problem, nearest, quoted
from mock_server.wrongs import Wrong, dotted, sentence
from openapi import Contract, ContractError

CODES: Mapping[str, str] = {
    "required": "missing_required_parameter",
    "type": "invalid_type",
    "enum": "unsupported_value",
    "const": "unsupported_value",
    "default": "invalid_value",
}
"""Codes by keyword, where a schema has no `x-validation` of its own."""

LOOKED_AT = 500
"""Parts of a document in which every error is looked for."""

_DOCUMENT = "urn:document"
_RANK = {"required": 0, "type": 1}


class Validation:
    """One component schema of a contract, compiled."""

    def __init__(self, contract: Contract, name: str) -> None:
        schema = contract.standalone_schema(name)
        self._contract = contract
        self._schema: Mapping[str, Any] = schema
        self._codes: Mapping[str, str] = contract.schema(name).get("x-validation", CODES)
        self._validator = jsonschema_rs.Draft202012Validator(schema)

    def check(self, body: object, name: str = "") -> None:
        """Raise Problem (400) for the most telling thing wrong with a body, if anything is.

        `name` is what the value itself is called, where it is not a body.
        """
        if self.accepts(body):
            return
        errors = _errors(self._validator, body)
        error = min(errors, key=lambda error: _RANK.get(error.kind.name, 2))
        raise self._problem(error, body, name)

    def accepts(self, value: object) -> bool:
        """Tell whether a value is valid."""
        try:
            return self._validator.is_valid(value)
        except ValueError:  # nested more deeply than is looked at
            return False

    def _problem(self, error: jsonschema_rs.ValidationError, body: object, name: str) -> Problem:
        keyword = error.kind.name
        code, param = self._marks(error.schema_path)
        path = list(error.instance_path)
        if keyword == "required" and not param:
            path.append(error.kind.as_dict()["property"])
        where = param or dotted(path, body, name) or None
        code = code or self._codes.get(keyword) or self._codes.get("default") or "invalid_value"
        told = sentence(_wrong(error), where, code, dependent=bool(param))
        return Problem(code, told + self._rule(error.schema_path), where)

    def _rule(self, schema_path: Sequence[str | int]) -> str:
        """Return where the rule stands, in a sentence that begins with a space, or nothing."""
        del schema_path
        return ""

    def _marks(self, schema_path: Sequence[str | int]) -> tuple[str | None, str | None]:
        """Return the `x-code` and `x-param` nearest to a keyword of the schema."""
        code = param = None
        node: Any = self._schema
        for token in schema_path:
            node = self._follow(node, token)
            if not isinstance(node, Mapping):
                continue
            code, param = node.get("x-code", code), node.get("x-param", param)
        return code, param

    def _follow(self, node: Any, token: str | int) -> Any:
        while isinstance(node, Mapping) and "$ref" in node and token not in node:
            node = self._contract.resolve(node["$ref"])
        if token == "$ref":
            return self._contract.resolve(node["$ref"])
        try:
            return node[token]
        except (KeyError, IndexError, TypeError):
            return None


class Placed(Validation):
    """A schema anywhere in a document; a refusal says where in the document its rule stands."""

    def __init__(self, contract: Contract, validator: jsonschema_rs.Draft202012Validator) -> None:
        self._contract = contract
        self._schema = contract.document
        self._codes = CODES
        self._validator = validator

    def _rule(self, schema_path: Sequence[str | int]) -> str:
        parts = [str(part).replace("~", "~0").replace("/", "~1") for part in schema_path]
        return f" The rule is #/{'/'.join(parts)}."


class Schemas:
    """All schemas of a document, each compiled when it is asked for. Nothing is fetched."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._registry = jsonschema_rs.Registry([(_DOCUMENT, dict(contract.document))])

    def at(self, pointer: str) -> Placed:
        """Return the schema at a JSON pointer; raises ContractError if it cannot be one."""
        reference = f"{_DOCUMENT}#{quote(pointer, safe='/~')}"
        try:
            validator = jsonschema_rs.Draft202012Validator(
                {"$ref": reference}, registry=self._registry, validate_formats=True, offline=True
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            reason = str(error).partition("\n")[0][:160]
            raise ContractError(f"{pointer}: not a usable JSON Schema: {reason}") from None
        return Placed(self._contract, validator)


class Shape:
    """A schema that stands alone, compiled: what a file of ours may hold."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._validator = jsonschema_rs.Draft202012Validator(schema)

    def complaints(self, document: object) -> list[tuple[tuple[str | int, ...], str]]:
        """Return where a document departs from the schema, and how, in a sentence's second half."""
        return [
            (self._where(error), self._words(error)) for error in _errors(self._validator, document)
        ]

    def _where(self, error: jsonschema_rs.ValidationError) -> tuple[str | int, ...]:
        missing = [error.kind.as_dict()["property"]] if error.kind.name == "required" else []
        return (*error.instance_path, *missing)

    def _words(self, error: jsonschema_rs.ValidationError) -> str:
        if error.kind.name == "additionalProperties":
            unknown = [str(name) for name in error.kind.as_dict()["unexpected"]]
            node: Any = self._schema
            for token in list(error.schema_path)[:-1]:
                node = node[token]
            hint = nearest(unknown[0], node["properties"])
            return f"has no member {', '.join(map(quoted, unknown))}.{hint}"
        return sentence(_wrong(error)).removeprefix("The body ")


class Pattern:
    """A regular expression, found anywhere in a text, in time linear in the text."""

    def __init__(self, text: str) -> None:
        """Raise ValueError, with the reason, for what is none or cannot be matched so."""
        try:
            self._validator = jsonschema_rs.Draft202012Validator(
                {"pattern": text}, pattern_options=jsonschema_rs.RegexOptions(size_limit=2**20)
            )
        except (jsonschema_rs.ValidationError, ValueError):
            raise ValueError(_why_no_pattern(text)) from None

    def found(self, text: str) -> bool:
        """Tell whether it matches somewhere; half a surrogate pair counts as a question mark."""
        try:
            return self._validator.is_valid(text)
        except UnicodeEncodeError:
            return self._validator.is_valid(text.encode("utf-8", "replace").decode())


def _wrong(error: jsonschema_rs.ValidationError) -> Wrong:
    return Wrong(error.kind.name, error.kind.as_dict(), error.instance, tuple(error.instance_path))


def _errors(
    validator: jsonschema_rs.Draft202012Validator, document: object
) -> list[jsonschema_rs.ValidationError]:
    """Return what is wrong with a document; of a large one the first thing alone.

    All are found at once, and each costs more than reading the document's part it is about.
    Raises Problem (400) for a document so deep that nothing can be found in it.
    """
    try:
        if _small(document):
            return list(validator.iter_errors(document))
        validator.validate(document)
    except jsonschema_rs.ValidationError as error:
        return [error]
    except ValueError:
        raise Problem(
            "invalid_value", "The body is not what its schema says, and too deep to say where."
        ) from None
    return []


def _small(document: object) -> bool:
    """Tell whether a document has no more than `LOOKED_AT` parts."""
    parts = [document]
    for part in parts:
        inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        if len(parts) + len(inside) > LOOKED_AT:
            return False
        parts.extend(inside)
    return True


def _why_no_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        return f"is no regular expression: {error}"
    if re.search(r"\(\?<?[=!]|\\[1-9]|\(\?P=", text):
        return (
            "looks around or refers back, which no matcher does in bounded time; write it without"
        )
    return "is no regular expression that can be matched in bounded time; write a simpler one"
