"""Pages at the root: the contract as JSON and YAML, llms.txt. Knows no key and no engine."""

from __future__ import annotations

from importlib import resources

from mock_server.text import dumps
from openapi import Contract, ModelFacts

JSON = "application/json"


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
