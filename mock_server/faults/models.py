"""Lies about the catalogue."""

from __future__ import annotations

from typing import Any

from mock_server.call import Call
from mock_server.faults import Steps, fault, instead
from mock_server.gateway import Gateway

Json = dict[str, Any]


@fault("models.unknown-refused", at="admission")
def serves_any_model(steps: Steps) -> Steps:
    """Answer for a model nobody serves with the one that is."""

    def model(gateway: Gateway, call: Call) -> None:
        call.base, call.adapter = gateway.settings.model.id, None

    return instead(steps, "model", model)


@fault("models.list-object", at="document")
def lists_without_a_name(document: Json, call: Call) -> Json:
    """List the models as an object that is no list."""
    del call
    return {**document, "object": "models"} if document.get("object") == "list" else document
