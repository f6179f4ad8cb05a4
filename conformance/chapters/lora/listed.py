"""Adapters in the catalogue: every one that answers is listed, under its base, without a path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance import excerpt, forge
from conformance.catalogue import Statements, judges
from conformance.json_view import ABSENT
from conformance.listing import model_ids, models
from conformance.probe import Transcript
from conformance.probes.adapters import EXAMPLE, UNKNOWN, base_of
from conformance.probes.models import LIST
from conformance.verdict import Finding, NotApplicable

_HOST_PATH = re.compile(r"\s*([/~\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|file:)")


def of_adapters(transcript: Transcript) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Return the entries of adapters in the list, with their places."""
    prefix = f"{base_of(transcript.setting)}:"
    found = False
    for place, entry in enumerate(models(transcript[LIST])):
        if str(entry.get("id")).startswith(prefix):
            found = True
            yield place, entry
    if not found:
        raise NotApplicable("the list shows no adapter")


def left_out(transcript: Transcript) -> Transcript:
    """Adapters are not in the list."""

    def edit(document: Any) -> None:
        document["data"] = [one for one in document["data"] if ":" not in one["id"]]

    return transcript.replacing(forge.with_json(transcript[LIST].exchange, edit))


@judges("lora.listed", on=UNKNOWN, forgery=left_out)
def listed(transcript: Transcript) -> Statements:
    """Every adapter that is claimed, or that answers by the name of the contract's example."""
    setting, reading = transcript.setting, transcript[LIST]
    names = set(setting.adapters)
    example = transcript.get("example")
    if example is not None and example.ok:
        names.add(EXAMPLE)
    if not names:
        raise NotApplicable("no adapter is known")
    ids = model_ids(reading)
    for name in sorted(names):
        selector = f"{base_of(setting)}:{name}"
        if selector not in ids and name not in ids:
            shown = excerpt.visible(", ".join(ids) or "nothing")
            yield Finding(reading.at_pointer("/data"), selector, shown, reading.id)


def _edit_adapters(transcript: Transcript, **parts: Any) -> Transcript:
    def edit(document: Any) -> None:
        for entry in document["data"]:
            if ":" in entry["id"]:
                entry.update(parts)

    return transcript.replacing(forge.with_json(transcript[LIST].exchange, edit))


@judges("lora.parent", on=UNKNOWN, forgery=lambda t: _edit_adapters(t, parent=None))
def parent(transcript: Transcript) -> Statements:
    """The `parent` of an adapter in the list is its base."""
    base, reading = base_of(transcript.setting), transcript[LIST]
    for place, entry in of_adapters(transcript):
        got = entry.get("parent", ABSENT)
        if got != base:
            shown = excerpt.visible_value(got) if got is not ABSENT else "no parent"
            where = reading.at_pointer(f"/data/{place}/parent")
            yield Finding(where, repr(base), shown, reading.id)


@judges("lora.root-no-path", on=UNKNOWN, forgery=lambda t: _edit_adapters(t, root="/srv/a/pirate"))
def root_no_path(transcript: Transcript) -> Statements:
    """The `root` of an adapter in the list is no path of the host."""
    reading = transcript[LIST]
    for place, entry in of_adapters(transcript):
        root = entry.get("root")
        if isinstance(root, str) and _HOST_PATH.match(root):
            where = reading.at_pointer(f"/data/{place}/root")
            yield Finding(where, "a name, or null", excerpt.visible(root), reading.id)
