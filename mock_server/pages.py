"""Pages: what of the contract is only read: models, health, the contract itself. Knows no key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

from mock_server import models, parameters
from mock_server.call import Call
from mock_server.completion import Engine
from mock_server.message import JSON, Reply
from mock_server.text import dumps
from openapi import Contract, ModelFacts

Page = Callable[[Call], Reply]


def replies(
    shown: Callable[[], Contract], facts: ModelFacts, engine: Engine, scheme: str
) -> Mapping[str, Page]:
    """Return who answers what of the contract is only read, by operation id.

    `scheme` is that of the mock's own addresses.
    """

    def as_json(_: Call) -> Reply:
        return Reply(200, contract_json(shown()), {"content-type": JSON})

    def as_yaml(_: Call) -> Reply:
        return Reply(200, contract_yaml(), {"content-type": "application/yaml"})

    def llms(call: Call) -> Reply:
        host = call.incoming.header("host") or "localhost"
        text = llms_text(shown(), facts, f"{scheme}://{host}/v1")
        return Reply(200, text, {"content-type": "text/plain; charset=utf-8"})

    def health(call: Call) -> Reply:
        return _json(call, {"status": "ok", "engine": engine.name})

    def every_model(call: Call) -> Reply:
        query = parse_qs(call.incoming.query)
        asked = [query.get(name, [None])[-1] for name in ("modality", "provider")]
        return _json(call, models.listing(models.documents(facts, engine.adapters()), *asked))

    def one_model(call: Call) -> Reply:
        name, adapters = call.arguments["model"], engine.adapters()
        for document in models.documents(facts, adapters):
            if document["id"] == name:
                return _json(call, document)
        base, adapter = facts.split(name)
        if base == facts.id and adapter is not None:
            raise parameters.unknown_adapter(adapter, "model", facts, adapters)
        raise parameters.unknown_model(name, facts, adapters)

    return {
        "getContractJson": as_json,
        "getContractYaml": as_yaml,
        "getLlmsText": llms,
        "getHealth": health,
        "listModels": every_model,
        "getModel": one_model,
    }


def _json(call: Call, document: dict[str, Any]) -> Reply:
    document = call.behaviour.document(document, call)
    return Reply(200, dumps(document), {"content-type": JSON})


def contract_json(contract: Contract) -> bytes:
    """Return the contract as JSON."""
    return dumps(contract.document)


def contract_yaml() -> bytes:
    """Return the contract as a person wrote it."""
    return resources.files("openapi").joinpath("gateway.yaml").read_bytes()


def llms_text(contract: Contract, facts: ModelFacts, base: str) -> bytes:
    """Return the gateway, told to a language model."""
    lines = [
        f"# {contract.title}",
        "",
        "> An OpenAI-compatible chat gateway. Point any OpenAI client at the base URL.",
        "",
        f"- Base URL: `{base}`; send `Authorization: Bearer <key>`.",
        f"- Model: `{facts.id}`; a LoRA adapter is `{facts.id}{facts.adapter_separator}<adapter>`.",
        f"- Window: {facts.context_window} tokens of prompt and completion together.",
        f"- Price: {facts.input_price} nano-USD a prompt token, {facts.output_price} a completion "
        "token.",
        "- Streaming yes; tools, images and JSON mode no.",
        "",
        "## Documents",
        "",
        "- [OpenAPI as JSON](/openapi.json)",
        "- [OpenAPI as YAML](/openapi.yaml)",
        "- [Models](/v1/models)",
        "",
    ]
    return "\n".join(lines).encode()
