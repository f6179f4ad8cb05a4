"""Known failures file: a baseline to and from disk, TOML or YAML. Weighs nothing."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from conformance.errors import UsageError
from conformance.known_failures import Baseline, Known, to_toml
from conformance.toml_text import read_toml

_TABLES = ("known", "flaky", "contract")
_KEYS = ("requirement", "reason", "expires")
MOST_BYTES = 1_000_000
_WRONGLY_TAGGED = (AttributeError, LookupError, TypeError)
"""What PyYAML raises for a scalar whose tag it does not fit, such as `!!timestamp x`."""


def load_baseline(path: Path, ids: Collection[str], contract_version: str) -> Baseline:
    """Read a baseline.

    Raises UsageError for a file that cannot be read, a key or a requirement that does not exist
    (with a guess), an entry without a reason, and a baseline of another contract.
    """
    document = _parsed(path)
    _known(document, _TABLES, path.name)
    version = document.get("contract", "")
    if not isinstance(version, str):
        raise UsageError(f"{path.name}: contract must be a string: the version of the contract")
    if version and version.partition(".")[0] != contract_version.partition(".")[0]:
        raise UsageError(
            f"{path.name} is a baseline for contract {version}; this is {contract_version}",
            hint="record a new one with --update-baseline",
        )
    seen: set[str] = set()
    known = [_entry(each, ids, seen, f"{path.name}: known") for each in _list(document, "known")]
    flaky = [_entry(each, ids, seen, f"{path.name}: flaky") for each in _list(document, "flaky")]
    return Baseline(known, flaky, version)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline as TOML; raises UsageError where that is not possible."""
    if path.suffix in (".yaml", ".yml"):
        raise UsageError(
            f"{path.name}: a baseline is updated in TOML only", hint="name a .toml file"
        )
    try:
        path.write_text(to_toml(baseline), encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path.name} cannot be written: {error.strerror}") from None


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"baseline {path.name} is larger than {MOST_BYTES} bytes; not read")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"baseline {path.name} cannot be read: {error.strerror}",
            hint="record one with --update-baseline",
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"baseline {path.name} is not UTF-8") from None
    document = _yaml(text, path) if path.suffix in (".yaml", ".yml") else _toml(text, path)
    if not isinstance(document, Mapping):
        raise UsageError(f"baseline {path.name} holds no tables `known` and `flaky`")
    return document


def _toml(text: str, path: Path) -> object:
    try:
        return read_toml(text)
    except ValueError as error:
        raise UsageError(f"baseline {path.name} is not TOML: {error}") from None


def _yaml(text: str, path: Path) -> object:
    import yaml

    if "&" in text and "*" in text:
        raise UsageError(f"baseline {path.name}: aliases are not read", hint="write entries out")
    try:
        return yaml.safe_load(text) or {}
    except (yaml.YAMLError, ValueError, RecursionError, *_WRONGLY_TAGGED) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise UsageError(f"baseline {path.name} is not YAML{where}") from None


def _list(document: Mapping[str, Any], name: str) -> list[object]:
    value = document.get(name) or []
    if not isinstance(value, list):
        raise UsageError(f"baseline: {name} must be a list of entries", hint=f"write [[{name}]]")
    return value


def _entry(value: object, ids: Collection[str], seen: set[str], where: str) -> Known:
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: an entry must have requirement and reason, not {value!r:.60}")
    _known(value, _KEYS, where)
    identity, reason = value.get("requirement"), value.get("reason")
    if not isinstance(identity, str):
        raise UsageError(f"{where}: an entry lacks its requirement")
    if identity not in ids:
        near = difflib.get_close_matches(identity, ids, 1)
        hint = f"did you mean {near[0]!r}?" if near else "see `gonogo list`"
        raise UsageError(f"{where}: there is no requirement {identity[:80]!r}", hint=hint)
    if identity in seen:
        raise UsageError(f"{where}: {identity} stands twice", hint="remove one of the entries")
    seen.add(identity)
    if not isinstance(reason, str) or not reason.strip():
        raise UsageError(f"{where}: {identity} lacks a reason", hint="say why it is accepted")
    return Known(identity, reason, _date(value.get("expires"), f"{where}: {identity}"))


def _date(value: object, where: str) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise UsageError(f"{where}: expires must be a date: 2027-01-31") from None


def _known(table: Mapping[Any, Any], names: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
            raise UsageError(f"{where}: unknown key {str(key)[:60]!r}", hint=hint)
