"""Contract: one OpenAPI document, loaded and answering questions. Knows neither tower."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from openapi.kept import kept
from openapi.model import ModelFacts
from openapi.requirement import ContractError, Requirement, collect
from openapi.taxonomy import ErrorKind, kinds

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
"""No contract known to us is a tenth of this; an alias bomb is stopped before it is expanded."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and a path template, under the base URL or at the root of the server."""

    id: str
    """`operationId`; made from method and path where the document gives none."""
    method: str
    """Upper case."""
    path: str
    """Template below `base`, such as `/chat/completions`."""
    base: str
    """Path prefix its server URL carries: `/v1`, or empty for root operations."""
    pointer: str
    """JSON pointer of the operation object."""
    definition: Mapping[str, Any]
    """The operation object itself."""


class Contract:
    """The loaded document: its operations, schemas, requirements and the model's facts."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.requirements: tuple[Requirement, ...] = collect(document)
        self.operations: tuple[Operation, ...] = tuple(self._read_operations())

    @property
    def title(self) -> str:
        """`info.title`."""
        return str(self.document["info"]["title"])

    @property
    def version(self) -> str:
        """`info.version`: the version of the contract, not of this kit."""
        return str(self.document["info"]["version"])

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the document in one canonical spelling."""
        text = json.dumps(self.document, sort_keys=True, ensure_ascii=True, default=str)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    @functools.cached_property
    def model(self) -> ModelFacts | None:
        """Facts of the `x-model` block; None for a document without one."""
        facts = self.document.get("x-model")
        return None if facts is None else ModelFacts.parse(facts)

    @functools.cached_property
    def errors(self) -> Mapping[int, ErrorKind]:
        """Rows of `x-errors` by status; empty for a document without them."""
        return kinds(self.document.get("x-errors"))

    def requirement(self, identity: str) -> Requirement:
        """Return a requirement by id; KeyError if there is none."""
        return self._by_id[identity]

    @functools.cached_property
    def _by_id(self) -> Mapping[str, Requirement]:
        return {requirement.id: requirement for requirement in self.requirements}

    def operation(self, identity: str) -> Operation:
        """Return an operation by `operationId`; KeyError if there is none."""
        return self._operations_by_id[identity]

    @functools.cached_property
    def _operations_by_id(self) -> Mapping[str, Operation]:
        return {operation.id: operation for operation in self.operations}

    def schema(self, name: str) -> Mapping[str, Any]:
        """Return `components.schemas[name]` as it is written."""
        schema: Mapping[str, Any] = self.document["components"]["schemas"][name]
        return schema

    def standalone_schema(self, name: str) -> dict[str, Any]:
        """Return a self-contained JSON Schema 2020-12 for a component.

        References into `#/components/...` keep working because the components travel along.
        """
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": f"#/components/schemas/{name}",
            "components": self.document["components"],
        }

    def resolve(self, pointer: str) -> Any:
        """Return what a JSON pointer (with or without a leading `#`) names; KeyError if nothing."""
        node: Any = self.document
        for part in pointer.lstrip("#").split("/")[1:]:
            token = unquote(part).replace("~1", "/").replace("~0", "~")
            try:
                node = node[int(token)] if isinstance(node, list) else node[token]
            except (IndexError, TypeError, ValueError):
                raise KeyError(pointer) from None
        return node

    def follow(self, node: Any) -> Any:
        """Return what a node stands for: itself, or the end of its chain of `$ref`.

        Raises ContractError for a reference that leads nowhere, in a circle, or elsewhere.
        """
        seen: list[str] = []
        while isinstance(node, Mapping) and isinstance(reference := node.get("$ref"), str):
            if reference in seen:
                chain = " -> ".join([*seen[:5], reference])
                raise ContractError(f"references go in a circle: {chain}")
            seen.append(reference)
            if not reference.startswith("#/"):
                raise ContractError(
                    f"reference {reference[:120]!r} is not a pointer into this document (#/...)"
                )
            try:
                node = self.resolve(reference)
            except KeyError:
                raise ContractError(f"reference {reference[:120]!r} leads nowhere") from None
        return node

    def _read_operations(self) -> Iterator[Operation]:
        root = _base(self.document.get("servers"))
        paths = self.document.get("paths") or {}
        if not isinstance(paths, Mapping):
            raise ContractError("`paths` must map a path to its operations")
        for path, written in paths.items():
            item = self.follow(written)
            if not isinstance(item, Mapping) or not path.startswith("/"):
                continue
            base = _base(item["servers"]) if "servers" in item else root
            for method in _METHODS:
                definition = item.get(method)
                if not isinstance(definition, Mapping):
                    continue
                escaped = path.replace("~", "~0").replace("/", "~1")
                yield Operation(
                    id=str(definition.get("operationId") or f"{method}:{path}"),
                    method=method.upper(),
                    path=path,
                    base=_base(definition["servers"]) if "servers" in definition else base,
                    pointer=f"/paths/{escaped}/{method}",
                    definition=definition,
                )


def load(source: str | Path) -> Contract:
    """Load a contract from a file.

    Raises ContractError, in one sentence, for a file that is missing, too large, not YAML or JSON,
    or not OpenAPI 3.1 or 3.2. Deep checks are `openapi.lint`'s.
    """
    path = Path(source)
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise ContractError(f"{path.name}: larger than {MAX_DOCUMENT_BYTES} bytes; not read")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ContractError(f"{path.name}: cannot be read: {reason}") from None
    return parse(text, path.name)


def parse(text: str, name: str = "document") -> Contract:
    """Load a contract from YAML or JSON text; raises ContractError as `load` does."""
    if len(text) > MAX_DOCUMENT_BYTES:
        raise ContractError(f"{name}: larger than {MAX_DOCUMENT_BYTES} bytes; not read")
    return _contract(_read(text, name), name)


def _contract(document: Any, name: str) -> Contract:
    version = document.get("openapi") if isinstance(document, Mapping) else None
    if not isinstance(version, str) or not version.startswith(("3.1.", "3.2.")):
        raise ContractError(
            f"{name}: not an OpenAPI 3.1 or 3.2 document (its `openapi` field is "
            f"{str(version)[:40]!r}); convert it first"
        )
    info = document.get("info")
    if not isinstance(info, Mapping) or not {"title", "version"} <= info.keys():
        raise ContractError(f"{name}: `info` with `title` and `version` is missing")
    return Contract(document)


@functools.cache
def contract() -> Contract:
    """Return the shipped contract, `gateway.yaml`."""
    return _shipped("gateway.yaml")


@functools.cache
def account() -> Contract:
    """Return what stands beside chat, `account.yaml`: served, and never judged."""
    return _shipped("account.yaml")


@functools.cache
def any_api() -> Contract:
    """Return what any described API owes its own document, `any_api.yaml`; it has no operations."""
    return _shipped("any_api.yaml")


def _shipped(name: str) -> Contract:
    path = Path(__file__).parent / name
    return _contract(kept(path, functools.partial(_read, name=name)), name)


def _read(text: str, name: str) -> Any:
    # A start that finds all it needs kept has no use for a reader of YAML.
    from openapi.reading import read

    return read(text, name)


def _base(servers: object) -> str:
    if not isinstance(servers, list) or not servers or not isinstance(servers[0], Mapping):
        return ""
    url = str(servers[0].get("url", ""))
    path = url.partition("://")[2].partition("/")[2] if "://" in url else url.lstrip("/")
    return f"/{path}".rstrip("/")
