"""Plan: what a cluster consists of, as a TOML file says it. Knows no Ray and starts nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from mock_server.problem import nearest
from mock_server.settings import SettingsError
from mock_server.toml_text import TomlError, tables

PATHS = ("keys_file", "tokenizer", "model_dir")


@dataclass(frozen=True, slots=True)
class Ingress:
    """The processes that admit, count, charge and write; each is a whole mock but for its model."""

    replicas: int = 1
    at_once: int = 1_000
    """Requests each of them may be answering."""
    cpus: float = 1.0


@dataclass(frozen=True, slots=True)
class Model:
    """The processes that hold a Gemma."""

    model_dir: str | None = None
    """None for the shipped one."""
    provider: str = "cpu"
    adapters: Mapping[str, str] = field(default_factory=dict)
    """Name to path of adapters that a replica loads when they are first asked for."""
    adapters_each: int = 4
    """Of these in one replica at once; the one that was longest unused goes first."""
    least: int = 1
    most: int = 1
    """Replicas."""
    waiting: int = 4
    """Requests that each replica has on the average, above which another one is started."""
    at_once: int = 16
    """Requests that a replica takes; more wait before it."""
    queue: int = 256
    """Requests that may wait, in each ingress; more are refused with 503."""
    cpus: float = 1.0
    gpus: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A cluster."""

    state: str = "memory"
    """Where quotas, wallets and records are kept; Redis as soon as there are two ingresses."""
    keys: tuple[str, ...] = ()
    keys_file: str | None = None
    control_token_env: str = "GONOGO_CONTROL_TOKEN"
    """Environment variable with the token of the control API; unset switches that off."""
    tokenizer: str | None = None
    ingress: Ingress = Ingress()
    model: Model | None = None
    """None: the seeded engine answers, in the ingress."""

    @property
    def control_token(self) -> str:
        """What the control API asks for."""
        return os.environ.get(self.control_token_env, "")


def read(path: Path) -> Plan:
    """Read a file; raises SettingsError, naming what is wrong, in one sentence."""
    try:
        told = tables(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, TomlError) as error:
        raise SettingsError(f"{path.name} is not TOML: {error}") from None
    folder = path.absolute().parent
    parts = {"ingress": Ingress, "model": Model}
    made: dict[str, Any] = {
        name: _table(kind, told.pop(name), f"[{name}]", folder)
        for name, kind in parts.items()
        if isinstance(told.get(name), dict)
    }
    plan: Plan = _table(Plan, told, path.name, folder, **made)
    if plan.ingress.replicas > 1 and plan.state.startswith("memory"):
        raise SettingsError(
            f"{path.name}: {plan.ingress.replicas} ingresses need a state that processes share; "
            'say state = "redis://HOST:PORT/0"'
        )
    if plan.model is not None and not 1 <= plan.model.least <= plan.model.most:
        raise SettingsError(f"{path.name}: [model] needs 1 <= least <= most")
    return plan


def _table(kind: Any, told: Mapping[str, Any], where: str, folder: Path, **made: Any) -> Any:
    known = {each.name: each for each in fields(kind)}
    values: dict[str, Any] = {}
    for name, value in told.items():
        if name not in known:
            raise SettingsError(f"{where}: there is no {name!r}.{nearest(name, known)}")
        values[name] = _value(name, value, str(known[name].type), where, folder)
    return kind(**values, **made)


def _value(name: str, value: Any, kind: str, where: str, folder: Path) -> Any:
    fitting: Any = {
        "int": lambda: type(value) is int and value >= 1,
        "float": lambda: type(value) in (int, float) and value >= 0,
        "tuple[str, ...]": lambda: isinstance(value, list) and all(map(_is_text, value)),
        "Mapping[str, str]": lambda: isinstance(value, dict) and all(map(_is_text, value.values())),
    }.get(kind, lambda: _is_text(value))
    if not fitting():
        raise SettingsError(f"{where}: {name} cannot be {value!r}")
    if name in PATHS:
        return str(folder / value)
    if kind == "Mapping[str, str]":
        return {each: str(folder / path) for each, path in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _is_text(value: object) -> bool:
    return isinstance(value, str)
