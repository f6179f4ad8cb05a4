"""Judge: does an example obey the schema at a pointer. For lint only; the towers have their own."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    ValidationError,
    validators,
)
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

__all__ = ["Judge", "Unresolvable", "schema_errors"]

_DOCUMENT = "urn:contract"


def _content(validator: Any, schema: Any, instance: Any, parent: Any) -> Iterator[ValidationError]:
    """Assert `contentSchema`, which JSON Schema by itself takes for a remark."""
    if not isinstance(instance, str) or parent.get("contentMediaType") != "application/json":
        return
    try:
        decoded = json.loads(instance)
    except ValueError:
        yield ValidationError(f"{instance[:60]!r} is not JSON")
    else:
        yield from validator.descend(decoded, schema, schema_path="contentSchema")


_Validator: Any = validators.extend(Draft202012Validator, {"contentSchema": _content})


def schema_errors(schema: Any) -> Iterator[tuple[list[str | int], str]]:
    """Yield the path and the message of whatever makes a schema illegal under 2020-12."""
    meta = Draft202012Validator(
        Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    for error in meta.iter_errors(schema):
        yield list(error.absolute_path), error.message


class Judge:
    """Validates instances against schemas of one document, wherever they stand in it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        resource = DRAFT202012.create_resource(document)
        self._registry: Any = Registry().with_resource(_DOCUMENT, resource)
        self.validator = functools.cache(self._validator)

    def complaints(self, pointer: str, instance: Any) -> Iterator[str]:
        """Yield what is wrong with an instance, each with its place inside it."""
        for error in self.validator(pointer).iter_errors(instance):
            told = error
            while told.context:
                told = max(told.context, key=_telling)
            where = "".join(f"/{part}" for part in told.absolute_path)
            message = " ".join(told.message.split())
            if told.validator == "contains":
                message = "it does not hold, as often as it must, what `contains` asks for"
            if len(message) > 200:
                message = f"{message[:80]} ... {message[-110:]}"
            yield f"the example breaks its schema at {where or '/'}: {message}"

    def _validator(self, pointer: str) -> Any:
        reference = f"{_DOCUMENT}#{quote(pointer, safe='/~')}"
        return _Validator({"$ref": reference}, registry=self._registry)


def _telling(error: Any) -> tuple[int, bool, int]:
    """Order the failures of alternatives: deep ones first, those that choose between them last."""
    chooses = error.validator in ("const", "enum", "pattern", "not")
    return len(error.absolute_path), not chooses, len(error.absolute_schema_path)
