"""Things: how a thing of a collection looks: its id, and what of a request becomes part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.problem import Problem
from mock_server.surface.draw import Draw
from mock_server.surface.kinds import branches, kinds, members
from mock_server.surface.making import UnmakeableError
from mock_server.surface.operation import Described
from mock_server.surface.responses import Content, usual
from openapi import Contract

_LISTS = ("data", "items", "results", "records", "values", "entries")
_TOTALS = ("total", "count", "total_count", "totalCount", "size")


@dataclass(frozen=True, slots=True)
class Form:
    """How a thing looks, by the answer of one operation."""

    described: Described
    content: Content
    members: Mapping[str, Any]
    open: bool
    """Members that the schema does not name may be there."""
    identity: str
    """The member that holds the id."""

    def thing(
        self, given: Mapping[str, Any], name: Any, seed: bytes, *, whole: bool = False
    ) -> dict[str, Any]:
        """Return a thing with an id and what a client gave it, as far as its schema allows.

        Where what was given is to be the `whole` thing, nothing is added that need not be.
        Raises Problem (501) where no instance of the schema can be made.
        """
        try:
            made = self.described.maker.made(f"{self.content.pointer}/schema", seed)
        except UnmakeableError as error:
            raise Problem(None, f"{error}.", status=501, type="server_error") from None
        told = {key: value for key, value in given.items() if self.open or key in self.members}
        ours = {self.identity: name}
        exact = [{**told, **ours}] if whole else []
        for wish in (*exact, {**made, **told, **ours}, {**made, **ours}):
            if self.allows(wish):
                return wish
        return dict(made)

    def allows(self, thing: object) -> bool:
        """Tell whether a thing may be answered as it is."""
        validation = self.content.media.validation
        return validation is None or validation.accepts(thing)

    def name(self, number: int, given: Mapping[str, Any], contract: Contract, seed: bytes) -> Any:
        """Return an id for a new thing: the client's own, or one of the kind that ids have."""
        own = given.get(self.identity)
        if isinstance(own, str | int) and not isinstance(own, bool) and own != "":
            return own
        schema = self.members[self.identity]
        if kinds(schema, contract) & {"integer", "number"}:
            return number
        plain = not any(
            word in branch
            for branch in branches(schema, contract)
            for word in ("pattern", "format", "enum", "const", "maxLength")
        )
        if plain:
            draw = Draw(seed)
            return f"{self.identity.lower().removesuffix('_id')}_{draw.below(16**12):012x}"
        try:
            return self.described.maker.instance(schema, seed + b"%d" % number)
        except UnmakeableError:
            return str(number)


def form(described: Described, parameter: str, contract: Contract) -> Form | None:
    """Return how things look by the usual answer of an operation; None where it does not show."""
    _, response = usual(described.responses)
    content = response.content(None) if response else None
    if content is None or not content.media.json or content.media.validation is None:
        return None
    known = members(content.media.schema, contract)
    identity = next((name for name in _ids(parameter) if name in known), None)
    if identity is None:
        return None
    closed = any(
        branch.get("additionalProperties") is False or "unevaluatedProperties" in branch
        for branch in branches(content.media.schema, contract)
    )
    return Form(described, content, known, not closed, identity)


def listed(content: Content, things: Sequence[Any], made: Any, contract: Contract) -> Any | None:
    """Return a list of things as the document wants it, or None where it cannot hold them."""
    validation = content.media.validation
    if isinstance(made, list):
        wish: Any = list(things)
    elif isinstance(made, dict):
        name = _list_in(content.media.schema, contract)
        if name is None:
            return None
        wish = {**made, name: list(things)}
        for total in _TOTALS:
            if type(made.get(total)) is int:
                wish[total] = len(things)
        if isinstance(made.get("has_more"), bool):
            wish["has_more"] = False
    else:
        return None
    return wish if validation is None or validation.accepts(wish) else None


def _list_in(schema: Any, contract: Contract) -> str | None:
    known = members(schema, contract)
    arrays = [name for name, inner in known.items() if "array" in kinds(inner, contract)]
    usual_ones = [name for name in _LISTS if name in arrays]
    return usual_ones[0] if usual_ones else arrays[0] if len(arrays) == 1 else None


def _ids(parameter: str) -> list[str]:
    """Return how the member may be called that a path's parameter names, the likeliest first."""
    lowered = parameter.replace("-", "_")
    short = lowered[: -len("id")].rstrip("_") if lowered.lower().endswith("id") else ""
    spellings = [parameter, lowered, "id", f"{short}Id", f"{short}_id", "uuid", "name", "key"]
    return list(dict.fromkeys(spellings))
