"""The list of models: its shape, and each entry of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.json_view import ABSENT, integer, kind
from conformance.listing import model_ids
from conformance.probe import Transcript
from conformance.probes.models import CATALOGUE, LIST
from conformance.reading import Reading
from conformance.verdict import Finding, Inconclusive, NotApplicable

Forged = Callable[[Transcript], Transcript | None]
LATEST_SECONDS = 100_000_000_000
"""The year 5138; a larger `created` counts milliseconds."""


def tampered(label: str, change: Callable[[Any], Any], words: str) -> Forged:
    """Return a forgery that changes the JSON of one labelled answer."""

    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        if reading is None or not reading.ok:
            return None
        return transcript.replacing(forge.with_json(reading.exchange, change))

    forgery.__doc__ = words
    return forgery


def says(reading: Reading, pointer: str, expected: str, value: object) -> Finding:
    """Return a finding about a value in a document."""
    shown = "nothing there" if value is ABSENT else f"{kind(value)} {json.dumps(value)[:100]}"
    return Finding(reading.at_pointer(pointer), expected, shown, reading.id)


def listing(transcript: Transcript) -> Reading:
    """Return the list where one came; NotApplicable where it was refused."""
    reading = transcript[LIST]
    if reading.status is None or reading.status == 429:
        raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
    if not reading.ok:
        raise NotApplicable(f"{reading.id}: refused with {reading.status}")
    return reading


def entries(reading: Reading) -> Iterator[tuple[str, Any]]:
    """Yield each entry of a list with its pointer, whatever it is."""
    data = reading.json.at("data")
    for place, entry in enumerate(data if isinstance(data, list) else []):
        yield f"/data/{place}", entry


def _entry(name: str, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        entry = document["data"][-1]
        if value is ABSENT:
            del entry[name]
        else:
            entry[name] = value

    return change


def _refused(status: int) -> Forged:
    def forgery(transcript: Transcript) -> Transcript:
        return transcript.replacing(forge.with_status(transcript[LIST].exchange, status))

    forgery.__doc__ = f"The list is refused with {status}."
    return forgery


@judges("models.offered", on=CATALOGUE, forgery=_refused(404))
def offered(transcript: Transcript) -> Statements:
    """`GET /models` is answered."""
    reading = transcript[LIST]
    if reading.status is None or reading.status == 429:
        raise Inconclusive(f"{reading.id}: {reading.status or reading.exchange.ending.value}")
    if not reading.ok:
        yield Finding(reading.at_status(), "200", str(reading.status), reading.id)


@judges(
    "models.list",
    on=CATALOGUE,
    forgery=tampered(LIST, lambda document: document["data"], "A bare array comes."),
)
def is_list(transcript: Transcript) -> Statements:
    """The list is a JSON object whose `data` is an array."""
    reading = listing(transcript)
    if not reading.json.ok or not isinstance(reading.json.value, dict):
        yield Finding(reading.at_offset(0), "a JSON object", reading.snippet(), reading.id)
    elif not isinstance(reading.json.at("data"), list):
        yield says(reading, "/data", "an array", reading.json.at("data"))


def _object(reading: Reading) -> Any:
    if not isinstance(reading.json.value, dict):
        raise NotApplicable("the list is no object; models.list judges that")
    return reading.json.at("object")


@judges(
    "models.list-object",
    on=CATALOGUE,
    forgery=tampered(LIST, lambda document: document.update(object="models"), "Another name."),
)
def list_object(transcript: Transcript) -> Statements:
    """The `object` of the list, where sent, is `list`."""
    reading = listing(transcript)
    found = _object(reading)
    if found is not ABSENT and found != "list":
        yield says(reading, "/object", "list", found)


def _without_object(document: Any) -> None:
    del document["object"]


@judges(
    "models.list-object-there",
    on=CATALOGUE,
    forgery=tampered(LIST, _without_object, "No name at all."),
)
def list_object_there(transcript: Transcript) -> Statements:
    """The list has an `object`."""
    reading = listing(transcript)
    if _object(reading) is ABSENT:
        yield says(reading, "/object", "list", ABSENT)


def _labelled(transcript: Transcript) -> Transcript:
    """The list is labelled as a page."""
    exchange = forge.with_header(transcript[LIST].exchange, "content-type", "text/html")
    return transcript.replacing(exchange)


@judges("models.media-type", on=CATALOGUE, forgery=_labelled)
def media_type(transcript: Transcript) -> Statements:
    """The list is labelled as JSON."""
    reading = listing(transcript)
    label = reading.media_type
    if label != "application/json" and not label.endswith("+json"):
        where = reading.at_header("content-type")
        yield Finding(where, "application/json", label or "no Content-Type", reading.id)


def _someone_else(document: Any) -> None:
    for entry in document["data"]:
        entry["id"] = "other/" + entry["id"]


@judges("models.listed", on=CATALOGUE, forgery=tampered(LIST, _someone_else, "Others only."))
def listed(transcript: Transcript) -> Statements:
    """The model under test is in the list."""
    reading = listing(transcript)
    ids = model_ids(reading)
    if transcript.setting.model not in ids:
        shown = ", ".join(ids[:10])[:200] or "no model at all"
        where = reading.at_pointer("/data")
        yield Finding(where, transcript.setting.model, shown, reading.id)


@judges("models.item-id", on=CATALOGUE, forgery=tampered(LIST, _entry("id", None), "No id."))
def item_id(transcript: Transcript) -> Statements:
    """Each entry is an object with an `id`, a non-empty string."""
    reading = listing(transcript)
    for pointer, entry in entries(reading):
        if not isinstance(entry, dict):
            yield says(reading, pointer, "an object with an id", entry)
        elif not isinstance(entry.get("id"), str) or not entry["id"]:
            yield says(reading, f"{pointer}/id", "the model's id", entry.get("id", ABSENT))


def _each(transcript: Transcript, name: str) -> Iterator[tuple[Reading, str, Any]]:
    reading = listing(transcript)
    for pointer, entry in entries(reading):
        if isinstance(entry, dict):
            yield reading, f"{pointer}/{name}", entry.get(name, ABSENT)


@judges(
    "models.item-object",
    on=CATALOGUE,
    forgery=tampered(LIST, _entry("object", "engine"), "It is an engine."),
)
def item_object(transcript: Transcript) -> Statements:
    """The `object` of each entry is `model`."""
    for reading, pointer, value in _each(transcript, "object"):
        if value != "model":
            yield says(reading, pointer, "model", value)


@judges(
    "models.item-created-integer",
    on=CATALOGUE,
    forgery=tampered(LIST, _entry("created", "2024-04-02"), "A date in words."),
)
def item_created_integer(transcript: Transcript) -> Statements:
    """The `created` of an entry, where sent, is an integer."""
    for reading, pointer, value in _each(transcript, "created"):
        if value is not ABSENT and value is not None and integer(value) is None:
            yield says(reading, pointer, "an integer", value)


@judges(
    "models.item-created",
    on=CATALOGUE,
    forgery=tampered(LIST, _entry("created", 1712016000000), "In milliseconds."),
)
def item_created(transcript: Transcript) -> Statements:
    """Each entry says when it was made, in seconds."""
    for reading, pointer, value in _each(transcript, "created"):
        number = integer(value)
        if value is ABSENT or value is None or (number is not None and number > LATEST_SECONDS):
            yield says(reading, pointer, "Unix seconds", value)


@judges(
    "models.item-owner",
    on=CATALOGUE,
    forgery=tampered(LIST, _entry("owned_by", ABSENT), "Nobody's."),
)
def item_owner(transcript: Transcript) -> Statements:
    """The `owned_by` of each entry is a string."""
    for reading, pointer, value in _each(transcript, "owned_by"):
        if not isinstance(value, str):
            yield says(reading, pointer, "whose it is", value)


def _doubled(document: Any) -> None:
    document["data"] += document["data"][:1]


@judges("models.ids-unique", on=CATALOGUE, forgery=tampered(LIST, _doubled, "One is twice."))
def ids_unique(transcript: Transcript) -> Statements:
    """No id is listed twice."""
    reading = listing(transcript)
    ids = model_ids(reading)
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        where = reading.at_pointer("/data")
        yield Finding(where, "each id once", f"{len(twice)} twice: {twice[0]}", reading.id)


def _half(document: Any) -> None:
    del document["data"][0]


@judges("models.list-stable", on=CATALOGUE, forgery=tampered("list-again", _half, "One is gone."))
def list_stable(transcript: Transcript) -> Statements:
    """Two lists in a row name the same models."""
    first, second = listing(transcript), transcript["list-again"]
    if second.status is None or second.status == 429 or second.status >= 500:
        raise Inconclusive(f"{second.id}: {second.status or second.exchange.ending.value}")
    changed = set(model_ids(first)) ^ set(model_ids(second))
    if changed:
        shown = f"{len(changed)} come or gone: {sorted(changed)[0]}"
        where = second.at_pointer("/data")
        yield Finding(where, f"the models of {first.id}", shown, second.id)
