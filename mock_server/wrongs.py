"""What is wrong with a value, in a sentence that a client can act on. Knows no schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.frozen import frozen
from mock_server.problem import nearest, quoted

_NAMES: Mapping[object, str] = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


@frozen
class Wrong:
    """One rule of a schema, broken."""

    keyword: str
    facts: Mapping[str, Any]
    """What the keyword says: `limit`, `types`, `options`, `property`, `pattern`."""
    value: object
    """What breaks it."""
    path: tuple[str | int, ...]
    """Where that stands."""


def sentence(
    wrong: Wrong, where: str | None = None, code: str = "", *, dependent: bool = False
) -> str:
    """Return what is wrong and what to do about it.

    `where` is the name of the parameter, the body's if None; `dependent` tells that it is only
    wrong beside another.
    """
    name = f"'{where}'" if where else "The body"
    facts = wrong.facts
    got = quoted(wrong.value)
    limit = facts.get("limit")
    if dependent:
        return _dependent(name, where, wrong)
    if code == "unsupported_parameter":
        return f"{name} asks for something this model cannot do. Leave it out, or send null."
    match wrong.keyword:
        case "required":
            return f"{name} is required and missing. Add it."
        case "type":
            kinds = sorted(_list(facts.get("types")), key=lambda kind: kind == "null")
            types = " or ".join(_NAMES.get(kind, str(kind)) for kind in kinds)
            return f"{name} must be {types}, not {got}."
        case "enum" | "const":
            options = _list(facts.get("options", [facts.get("expected_value")]))
            hint = nearest(str(wrong.value), [str(option) for option in options])
            return f"{name} must be {_listed(options)}, not {got}.{hint}"
        case "minimum":
            return f"{name} is {got}; it must be at least {limit}."
        case "maximum":
            return f"{name} is {got}; it must be at most {limit}."
        case "minItems" | "minLength":
            return f"{name} is {got}; it must hold at least {limit}."
        case "maxItems" | "maxLength":
            return f"{name} holds too many entries; at most {limit} are allowed."
        case "pattern" | "propertyNames":
            pattern = facts.get("pattern") or "the pattern of its keys"
            return f"{name} is {got}, which does not match {pattern}."
        case _:
            return f"{name} is {got}, which its schema ({wrong.keyword}) does not allow."


def _dependent(name: str, where: str | None, wrong: Wrong) -> str:
    other = wrong.facts.get("property") or ".".join(str(part) for part in wrong.path)
    return f"{name} is only allowed when '{other}' is true. Set '{other}', or leave '{where}' out."


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _listed(options: list[object]) -> str:
    words = ["null" if option is None else repr(option) for option in options]
    return words[0] if len(words) == 1 else f"one of {', '.join(words)}"


def dotted(path: Sequence[str | int], body: Any, name: str = "") -> str:
    """Return a path into a body as clients write it, such as `messages[0].content`."""
    text = name
    for part in path:
        inside = isinstance(body, list)
        text += f"[{part}]" if inside else f".{part}" if text else str(part)
        body = _inside(body, part)
    return text


def _inside(body: Any, part: str | int) -> Any:
    try:
        return body[int(part)] if isinstance(body, list) else body[str(part)]
    except (KeyError, IndexError, TypeError):
        return None
