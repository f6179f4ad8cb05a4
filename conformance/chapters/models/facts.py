"""What the catalogue says of this gateway's model, held against the contract's facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from conformance.catalogue import Statements, judges
from conformance.chapters.models.listed import Forged, entries, says, tampered
from conformance.json_view import ABSENT, dig
from conformance.probe import Transcript
from conformance.probes.models import CATALOGUE, LIST
from conformance.reading import Reading
from conformance.verdict import NotApplicable
from openapi import ModelFacts, contract

NANO_TO_MILLION = 1000
"""Nano-USD a token, divided by this, is USD a million tokens."""
FEATURES: Mapping[str, str] = {
    "tools": "tools",
    "tool_calls": "tools",
    "function_calling": "tools",
    "functions": "tools",
    "json": "json-mode",
    "json_mode": "json-mode",
    "structured_outputs": "json-mode",
    "vision": "vision",
    "images": "vision",
    "audio": "audio",
    "reasoning": "reasoning",
    "embeddings": "embeddings",
}
"""What catalogues call a feature → the capability that shows whether it acts."""
_DECIMAL = re.compile(r"\d+(\.\d+)?")
_PATH = re.compile(r"[/~.]|[A-Za-z]:\\")


def _facts(transcript: Transcript) -> ModelFacts:
    facts = contract().model
    if facts is None or facts.split(transcript.setting.model)[0] != facts.id:
        raise NotApplicable("the contract states no facts of this model")
    return facts


def _ours(transcript: Transcript) -> Iterator[tuple[Reading, str, dict[str, Any]]]:
    """Yield the model's entry in the list, and its details, with the pointer to each."""
    found = transcript.get(LIST)
    for pointer, entry in entries(found) if found is not None and found.ok else ():
        if isinstance(entry, dict) and entry.get("id") == transcript.setting.model:
            assert found is not None
            yield found, pointer, entry
    for label in ("detail", "detail-raw"):
        reading = transcript.get(label)
        if reading is not None and reading.ok and isinstance(reading.json.value, dict):
            yield reading, "", reading.json.value


def _fact(name: str, expected: Callable[[ModelFacts], Any], words: str) -> None:
    def judge(transcript: Transcript) -> Statements:
        wanted = expected(_facts(transcript))
        for reading, pointer, entry in _ours(transcript):
            if entry.get(name, ABSENT) != wanted:
                yield says(reading, f"{pointer}/{name}", repr(wanted), entry.get(name, ABSENT))

    judge.__doc__ = words
    slug = {"context_window": "window", "max_output_tokens": "max-output"}.get(name, name)
    slug = {"owned_by": "owner"}.get(slug, slug)
    judges(f"models.{slug}", on=CATALOGUE, forgery=_listed_as(name, "x"))(judge)


def _listed_as(name: str, value: Any) -> Forged:
    def change(document: Any) -> None:
        document["data"][0][name] = value

    return tampered(LIST, change, f"The list has another {name}.")


_fact("context_window", lambda facts: facts.context_window, "`context_window` is the contract's.")
_fact(
    "max_output_tokens",
    lambda facts: facts.max_output_tokens,
    "`max_output_tokens` is the contract's.",
)
_fact("created", lambda facts: facts.created, "`created` is the date of the release.")
_fact("owned_by", lambda facts: facts.owned_by, "`owned_by` is the maker of the model.")


@judges(
    "models.pricing", on=CATALOGUE, forgery=_listed_as("pricing", {"input": 0.08, "output": 0.16})
)
def pricing(transcript: Transcript) -> Statements:
    """`pricing` is the contract's, as decimal text for a million tokens."""
    facts = _facts(transcript)
    prices = {"input": facts.input_price, "output": facts.output_price}
    for reading, pointer, entry in _ours(transcript):
        for name, nano_usd in prices.items():
            value = dig(entry, "pricing", name)
            expected = Decimal(nano_usd) / NANO_TO_MILLION
            text = isinstance(value, str) and _DECIMAL.fullmatch(value[:20])
            if not text or Decimal(value) != expected:
                where = f"{pointer}/pricing/{name}"
                yield says(reading, where, f"{str(expected)!r}, in decimals", value)


@judges(
    "models.capabilities",
    on=CATALOGUE,
    forgery=_listed_as("capabilities", ["streaming", "tools"]),
)
def capabilities(transcript: Transcript) -> Statements:
    """`capabilities` names what the contract names, and no feature that does not act."""
    facts, found = _facts(transcript), transcript.setting.capabilities
    for reading, pointer, entry in _ours(transcript):
        named = entry.get("capabilities", ABSENT)
        if not isinstance(named, list) or not set(facts.capabilities) <= set(map(str, named)):
            expected = f"{', '.join(facts.capabilities)} among them"
            yield says(reading, f"{pointer}/capabilities", expected, named)
            continue
        for name in named:
            acts = FEATURES.get(str(name).lower().replace("-", "_"))
            if acts is not None and found.get(acts) != "effective":
                yield says(reading, f"{pointer}/capabilities", f"no {name}: it does not act", named)


@judges("models.root", on=CATALOGUE, forgery=_listed_as("root", "/srv/weights/gemma"))
def root(transcript: Transcript) -> Statements:
    """`root`, where sent, is the name of the model and no path of its host."""
    for reading, pointer, entry in _ours(transcript):
        value = entry.get("root")
        if value is not None and (not isinstance(value, str) or _PATH.match(value)):
            yield says(reading, f"{pointer}/root", "a name", value)


@judges("models.parent", on=CATALOGUE, forgery=_listed_as("parent", "google/other"))
def parent(transcript: Transcript) -> Statements:
    """`parent` of a base model is null or absent."""
    facts = _facts(transcript)
    if transcript.setting.model != facts.id:
        raise NotApplicable("the model under test is an adapter")
    for reading, pointer, entry in _ours(transcript):
        if entry.get("parent") is not None:
            yield says(reading, f"{pointer}/parent", "null: it stands on no other", entry["parent"])
