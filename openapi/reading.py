"""Reading: text of a document to plain data, within bounds. Knows YAML, JSON, and no OpenAPI.

Hostile documents are the reason for each bound: a million nested brackets crash the C parser, nine
aliases of nine aliases fill memory, an alias of itself never ends.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import yaml

from openapi.requirement import ContractError

MAX_DEPTH = 200
"""Levels of nesting. Ours has 17."""
MAX_NODES = 500_000
"""Values in a document once its aliases are written out. Ours has 15,000."""
_SAFE_FOR_C = 10_000
"""Levels of nesting that libyaml's recursive composer survives on the smallest usual stack."""
_SEPARATORS = 300_000
"""Commas and line ends in YAML text; each value needs one, and costs 5 to 20 us. JSON is faster."""
_MERGED = 50_000
"""Pairs that merge keys may bring into one mapping."""

_WRONGLY_TAGGED = (AttributeError, LookupError, TypeError)
"""What PyYAML raises for a scalar whose tag it does not fit, such as `!!timestamp x`."""

_C: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_C):  # type: ignore[misc]
    """A safe loader whose merge keys cannot multiply without end."""

    def flatten_mapping(self, node: Any) -> None:
        before = len(node.value)
        super().flatten_mapping(node)
        if len(node.value) > before + _MERGED:
            raise yaml.YAMLError("merge keys multiply")


def read(text: str, name: str) -> Any:
    """Return the data of YAML or JSON text: dicts with string keys, lists, scalars.

    Raises ContractError for text that is neither, nests or expands beyond the bounds, refers to
    itself, or holds what JSON has no form for.
    """
    try:
        data = _json_or_yaml(text, name) if text.lstrip()[:1] == "{" else _yaml(text, name)
    except RecursionError:
        raise ContractError(f"{name}: nested deeper than {MAX_DEPTH} levels; not read") from None
    except (yaml.YAMLError, ValueError, *_WRONGLY_TAGGED) as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else ""
        raise ContractError(f"{name}: not readable as YAML or JSON{line}") from None
    if isinstance(data, dict | list):
        _settle(data, name)
    return data


def _json_or_yaml(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return _yaml(text, name)


def _yaml(text: str, name: str) -> Any:
    if text.count(",") + text.count("\n") > _SEPARATORS:
        raise ContractError(f"{name}: too many values for YAML; convert it to JSON")
    longest = max(map(len, text.splitlines()), default=0)
    if text.count("[") + text.count("{") + longest > _SAFE_FOR_C:
        _walk_events(text)
    return yaml.load(text, _Loader)  # noqa: S506


def _walk_events(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _C):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise RecursionError
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _settle(root: dict[Any, Any] | list[Any], name: str) -> None:
    """Make keys and scalars what JSON would have, in place; refuse cycles and bombs.

    Every container is entered once, however many aliases lead to it.
    """
    sizes: dict[int, tuple[int, int]] = {}
    entered: set[int] = set()
    stack: list[tuple[dict[Any, Any] | list[Any], bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        identity = id(node)
        if leaving:
            inner = [sizes[id(child)] for child in _containers(node)]
            size = 1 + len(node) - len(inner) + sum(each[0] for each in inner)
            depth = 1 + max((each[1] for each in inner), default=0)
            if size > MAX_NODES or depth > MAX_DEPTH:
                raise ContractError(
                    f"{name}: expands to more than {MAX_NODES} values or {MAX_DEPTH} levels; "
                    "not read"
                )
            sizes[identity] = (size, depth)
            entered.discard(identity)
        elif identity in entered:
            raise ContractError(f"{name}: an alias refers to what it stands in; write it out")
        elif identity not in sizes:
            entered.add(identity)
            _tidy(node, name)
            stack.append((node, True))
            stack.extend((child, False) for child in _containers(node))


def _containers(node: dict[Any, Any] | list[Any]) -> list[Any]:
    children = node.values() if isinstance(node, dict) else node
    return [child for child in children if isinstance(child, dict | list)]


def _tidy(node: dict[Any, Any] | list[Any], name: str) -> None:
    if isinstance(node, dict):
        if any(type(key) is not str for key in node):
            pairs = [(_scalar(key, name), value) for key, value in node.items()]
            node.clear()
            node.update((key if isinstance(key, str) else json.dumps(key), v) for key, v in pairs)
        places: Any = node.items()
    else:
        places = enumerate(node)
    odd = [(place, value) for place, value in places if type(value) not in _PLAIN]
    for place, value in odd:
        node[place] = _scalar(value, name)


_PLAIN = frozenset({dict, list, str, int, float, bool, type(None)})


def _scalar(value: Any, name: str) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, date):
        return value.isoformat()
    raise ContractError(f"{name}: holds a {type(value).__name__}, which JSON has no form for")
