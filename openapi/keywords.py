"""Keywords: the words of JSON Schema 2020-12, and the ones that look like them by mistake."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

KEYWORDS = frozenset(
    (
        "$anchor",
        "$comment",
        "$defs",
        "$dynamicAnchor",
        "$dynamicRef",
        "$id",
        "$ref",
        "$schema",
        "$vocabulary",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "contains",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "default",
        "definitions",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "deprecated",
        "description",
        "discriminator",
        "else",
        "enum",
        "example",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "externalDocs",
        "format",
        "if",
        "items",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "nullable",
        "oneOf",
        "pattern",
        "patternProperties",
        "prefixItems",
        "properties",
        "propertyNames",
        "readOnly",
        "required",
        "then",
        "title",
        "type",
        "unevaluatedItems",
        "unevaluatedProperties",
        "uniqueItems",
        "writeOnly",
        "xml",
    )
)


def misspelt(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each unknown keyword with the keyword it nearly is; unlike ones are extensions."""
    for key in schema.keys() - KEYWORDS:
        if not key.startswith("x-"):
            near = difflib.get_close_matches(key, KEYWORDS, 1, cutoff=0.85)
            if near:
                yield key, near[0]
