"""Lies about the catalogue, and about names that it does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import Steps, fault, headers, instead, named
from mock_server.gateway import Gateway
from mock_server.kept import EveryOther
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.text import dumps

Json = dict[str, Any]
LIST, DETAIL = "listModels", "getModel"


def _lists(name: str, words: str, change: Callable[[Json], Any]) -> None:
    """Register a change of the list, in place or by returning another document."""

    def changed(document: Json, call: Call) -> Any:
        if call.operation is None or call.operation.id != LIST or "data" not in document:
            return document
        other = change(document)
        return document if other is None else other

    changed.__doc__ = words
    fault(name, at="document")(changed)


def _entries(name: str, words: str, change: Callable[[Json], object]) -> None:
    """Register a change of every model, in the list and in its detail."""

    def changed(document: Json, call: Call) -> Json:
        if call.operation is not None and call.operation.id in (LIST, DETAIL):
            for entry in document.get("data", [document] if "id" in document else []):
                change(entry)
        return document

    changed.__doc__ = words
    fault(name, at="document")(changed)


def _details(name: str, words: str, change: Callable[[Json], Any]) -> None:
    """Register a change of the detail alone."""

    def changed(document: Json, call: Call) -> Json:
        if call.operation is None or call.operation.id != DETAIL or "id" not in document:
            return document
        other = change(document)
        return document if other is None else other

    changed.__doc__ = words
    fault(name, at="document")(changed)


def _put(key: str, value: Any) -> Callable[[Json], None]:
    def change(entry: Json) -> None:
        if value is ...:
            entry.pop(key, None)
        else:
            entry[key] = value

    return change


_lists("models.list", "List the models in a bare array.", lambda one: one["data"])
_lists("models.list/models", "List the models as models.", lambda one: {"models": one["data"]})
_lists(
    "models.list/keyed",
    "List the models by their ids.",
    lambda one: {**one, "data": {entry["id"]: entry for entry in one["data"]}},
)
_lists("models.list-object", "List them as an object that is no list.", _put("object", "models"))
_lists("models.list-object-there", "Name no object.", _put("object", ...))
_lists("models.listed", "List no model.", _put("data", []))
_lists(
    "models.listed/other",
    "List other models only.",
    lambda one: [entry.update(id=f"other/{entry['id']}") for entry in one["data"]] and None,
)
_lists("models.ids-unique", "List every model twice.", lambda one: one["data"].extend(one["data"]))
_lists(
    "models.item-id",
    "List names instead of ids.",
    lambda one: [entry.update(name=entry.pop("id")) for entry in one["data"]] and None,
)
_lists(
    "models.item-id/texts",
    "List texts instead of models.",
    lambda one: {**one, "data": [entry["id"] for entry in one["data"]]},
)
_lists(
    "models.detail-agrees",
    "Tell another date in the list.",
    lambda one: [entry.update(created=1) for entry in one["data"]] and None,
)
_entries("models.item-object", "Call a model an engine.", _put("object", "engine"))
_entries("models.item-created", "Tell ages in milliseconds.", _put("created", 1712016000000))
_entries("models.item-created/missing", "Tell no age.", _put("created", ...))
_entries("models.item-created-integer", "Tell ages in words.", _put("created", "2024-04-02"))
_entries("models.item-owner", "Say of no model whose it is.", _put("owned_by", ...))
_entries("models.window", "Advertise twice the window.", _put("context_window", 8192))
_entries("models.window/missing", "Advertise no window.", _put("context_window", ...))
_entries("models.max-output", "Advertise half the output.", _put("max_output_tokens", 2048))
_entries(
    "models.pricing", "Advertise other prices.", _put("pricing", {"input": "0.10", "output": "0.2"})
)
_entries(
    "models.pricing/numbers",
    "Advertise prices as numbers.",
    _put("pricing", {"input": 0.08, "output": 0.16}),
)
_entries("models.capabilities", "Boast of tools.", _put("capabilities", ["streaming", "tools"]))
_entries("models.capabilities/missing", "Name no capability.", _put("capabilities", ...))
_entries("models.created", "Tell another release date.", _put("created", 1700000000))
_entries("models.owner", "Give the model to another.", _put("owned_by", "openai"))
_entries("models.root", "Show where the weights lie.", _put("root", "/srv/weights/gemma"))
_entries("models.parent", "Make the base an adapter.", _put("parent", "google/other"))
_details("models.detail-object", "Give a list of one.", lambda one: {"data": [one]})
_details("models.detail-id", "Give another model.", _put("id", "gemma-7b-it-lora"))


_LISTS = EveryOther()


@fault("models.list-stable", at="document")
def flickers(document: Json, call: Call) -> Json:
    """List the first model every other time only."""
    listed = call.operation is not None and call.operation.id == LIST and "data" in document
    if listed and _LISTS.strikes(call, LIST):
        document["data"] = document["data"][1:]
    return document


@fault("models.offered", at="reply")
def lists_nothing(reply: Reply, call: Call) -> Reply:
    """Answer the list with 404."""
    if call.operation is None or call.operation.id != LIST:
        return reply
    problem = Problem("unknown_url", "Nothing lives here.")
    return replace(reply, status=404, body=dumps(problem.document()))


@fault("models.media-type", at="reply")
def labels_a_page(reply: Reply, call: Call) -> Reply:
    """Label the list as a page."""
    listed = call.operation is not None and call.operation.id == LIST
    return headers(reply, {"content-type": "text/html"}) if listed else reply


def _filters(name: str, key: str) -> None:
    def steps(steps: Steps) -> Steps:
        def path(gateway: Gateway, call: Call) -> None:
            original(gateway, call)
            kept = [part for part in call.incoming.query.split("&") if not part.startswith(key)]
            call.incoming = replace(call.incoming, query="&".join(kept))

        original = named(steps, "path")
        return instead(steps, "path", path)

    steps.__doc__ = f"Ignore the filter {key}."
    fault(name, at="admission")(steps)


_filters("models.filter-modality", "modality")
_filters("models.filter-provider", "provider")


def _routed(name: str, words: str, reached: Callable[[Gateway, str], str]) -> None:
    """Register a lie about which model a detail is of."""

    def steps(steps: Steps) -> Steps:
        def path(gateway: Gateway, call: Call) -> None:
            original(gateway, call)
            if "model" in call.arguments:
                asked = call.arguments["model"]
                call.arguments = {**call.arguments, "model": reached(gateway, asked)}

        original = named(steps, "path")
        return instead(steps, "path", path)

    steps.__doc__ = words
    fault(name, at="admission")(steps)


_routed("models.detail", "Deny every model.", lambda gateway, asked: "none")
_routed(
    "models.detail-unknown-404",
    "Describe the model under any name.",
    lambda gateway, asked: gateway.settings.model.id,
)


def _coded(name: str, words: str, chosen: Callable[[Problem, Call], bool], **parts: Any) -> None:
    """Register a change of some refusals."""

    def changed(problem: Problem, call: Call) -> Problem:
        return replace(problem, **parts) if chosen(problem, call) else problem

    changed.__doc__ = words
    fault(name, at="problem")(changed)


def _detailed(call: Call) -> bool:
    return call.operation is not None and call.operation.id == DETAIL


def _of_a_chat(problem: Problem, call: Call) -> bool:
    return problem.code == "model_not_found" and not _detailed(call)


def _of_a_detail(problem: Problem, call: Call) -> bool:
    return problem.code == "model_not_found" and _detailed(call)


_coded("models.detail-unknown-code", "Give no code for it.", _of_a_detail, code=None)
_coded("models.unknown-4xx", "Find no backend for it.", _of_a_chat, status=503)
_coded("models.unknown-404", "Call an unknown model a bad value.", _of_a_chat, status=400)
_coded("models.unknown-code", "Give no code for an unknown model.", _of_a_chat, code=None)
_coded("models.unknown-type", "Type it as another mistake.", _of_a_chat, type="api_error")
_coded("models.unknown-param", "Name no field for it.", _of_a_chat, param=None)


def _taking(name: str, words: str, chosen: Callable[[str, Call], bool]) -> None:
    """Register a lie that takes some unknown models for the one that is served."""

    def steps(steps: Steps) -> Steps:
        def model(gateway: Gateway, call: Call) -> None:
            if gateway.takes_body(call) and chosen(gateway.settings.model.id, call):
                call.base, call.adapter = gateway.settings.model.id, None
            else:
                original(gateway, call)

        original = named(steps, "model")
        return instead(steps, "model", model)

    steps.__doc__ = words
    fault(name, at="admission")(steps)


def _foreign(ours: str, call: Call) -> bool:
    return not call.selector.startswith(ours)


_taking("models.unknown-refused", "Answer for a model nobody serves.", _foreign)
_taking(
    "models.unknown-stream",
    "Answer streams for a model nobody serves.",
    lambda ours, call: call.streams and _foreign(ours, call),
)
_taking(
    "models.near-refused",
    "Look at the beginning of a model's name only.",
    lambda ours, call: call.selector.startswith(ours) and ":" not in call.selector,
)
