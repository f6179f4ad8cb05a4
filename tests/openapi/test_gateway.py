"""The shipped contract: sound, whole, and at one with itself."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from openapi import CHAPTERS, Scope, contract
from openapi.lint import lint

ROOT = Path(__file__).parents[2]
CONTRACT = contract()
EXAMPLES: dict[str, Any] = CONTRACT.document["components"]["examples"]


def test_the_contract_is_sound() -> None:
    assert lint(CONTRACT) == []


def test_the_command_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "openapi"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("gateway.yaml: sound; 13 operations")


def test_it_is_openapi_3_2() -> None:
    assert CONTRACT.document["openapi"] == "3.2.0"


def test_its_tags_are_the_fifteen_chapters_each_in_a_paragraph() -> None:
    tags = CONTRACT.document["tags"]
    assert tuple(tag["name"] for tag in tags) == CHAPTERS
    assert all(len(tag["description"]) > 80 for tag in tags)


def test_chat_declares_every_status_of_the_taxonomy() -> None:
    chat = CONTRACT.operation("createChatCompletion").definition["responses"]
    assert set(chat) == {"200", *map(str, CONTRACT.errors)}


@pytest.mark.parametrize(
    ("identity", "base", "path"),
    [
        ("createChatCompletion", "/v1", "/chat/completions"),
        ("listModels", "/v1", "/models"),
        ("getModel", "/v1", "/models/{model}"),
        ("getHealth", "", "/healthz"),
        ("getContractJson", "", "/openapi.json"),
        ("getContractYaml", "", "/openapi.yaml"),
        ("getLlmsText", "", "/llms.txt"),
    ],
)
def test_every_operation_is_where_clients_look(identity: str, base: str, path: str) -> None:
    operation = CONTRACT.operation(identity)
    assert (operation.base, operation.path) == (base, path)


def test_operations_at_the_root_need_no_key() -> None:
    for operation in CONTRACT.operations:
        if operation.base == "":
            assert operation.definition["security"] == []


def test_every_example_of_an_error_is_in_the_taxonomy() -> None:
    seen = set()
    for status, kind in CONTRACT.errors.items():
        operation = CONTRACT.operation("createChatCompletion")
        answer = CONTRACT.follow(operation.definition["responses"][str(status)])
        for example in answer["content"]["application/json"]["examples"].values():
            error = CONTRACT.follow(example)["value"]["error"]
            assert error["type"] == kind.type
            assert error["code"] in kind.codes
            seen.add(error["code"])
    assert {"invalid_json", "context_length_exceeded", "adapter_not_found"} <= seen


def test_only_429_and_5xx_are_worth_trying_again() -> None:
    retryable = {status for status, kind in CONTRACT.errors.items() if kind.retryable}
    assert retryable == {429, 500, 502, 503, 504}


def test_usage_in_examples_adds_up() -> None:
    found = re.findall(
        r'"prompt_tokens": ?(\d+), ?"completion_tokens": ?(\d+), ?"total_tokens": ?(\d+)',
        json.dumps(EXAMPLES) + json.dumps(EXAMPLES).replace('\\"', '"'),
    )
    assert len(found) >= 4
    for prompt, completion, total in found:
        assert int(prompt) + int(completion) == int(total)


def test_the_cost_in_examples_is_tokens_times_price() -> None:
    facts = CONTRACT.model
    assert facts is not None
    last = json.loads(EXAMPLES["StreamHello"]["dataValue"][-2]["data"])["usage"]
    nano_usd = facts.cost(last["prompt_tokens"], last["completion_tokens"])
    assert round(last["cost"] * 1e9) == nano_usd
    header = CONTRACT.document["components"]["headers"]["CostCents"]["example"]
    assert round(float(header) * 1e7) == facts.cost(24, 12) == 3840


@pytest.mark.parametrize("name", ["StreamHello", "StreamBroken"])
def test_the_bytes_of_a_stream_are_its_events(name: str) -> None:
    example = EXAMPLES[name]
    events = "".join(f"data: {event['data']}\n\n" for event in example["dataValue"])
    assert example["serializedValue"] == events


def test_no_schema_speaks_openapi_3_0() -> None:
    assert '"nullable"' not in json.dumps(CONTRACT.document["components"]["schemas"])


def test_bodies_are_open() -> None:
    assert "additionalProperties: false" not in (ROOT / "openapi/gateway.yaml").read_text("utf-8")


def test_the_facts_of_the_model_agree_with_its_example_and_its_schema() -> None:
    facts = CONTRACT.model
    assert facts is not None
    shown = EXAMPLES["ModelBase"]["value"]
    for key in ("id", "created", "owned_by", "context_window", "max_output_tokens", "modality"):
        assert shown[key] == getattr(facts, key)
    assert float(shown["pricing"]["input"]) * 1000 == facts.input_price
    assert float(shown["pricing"]["output"]) * 1000 == facts.output_price
    request = CONTRACT.schema("ChatRequest")["properties"]
    assert request["max_tokens"]["maximum"] == facts.max_output_tokens
    assert request["n"]["maximum"] == facts.max_choices
    assert request["lora"]["pattern"] == f"^{facts.adapter_pattern}$"


def test_every_code_a_schema_gives_is_a_code_of_400() -> None:
    text = json.dumps(CONTRACT.schema("ChatRequest"))
    codes = set(re.findall(r'"x-code": "(\w+)"', text))
    codes |= set(CONTRACT.schema("ChatRequest")["x-validation"].values())
    assert codes <= CONTRACT.errors[400].codes.keys()


def test_every_requirement_says_all_that_a_vendor_may_ask() -> None:
    assert CONTRACT.requirements
    for requirement in CONTRACT.requirements:
        assert requirement.text.endswith(".")
        assert requirement.source
        assert requirement.excluded or (requirement.why and requirement.levels)
        assert CONTRACT.resolve(requirement.pointer)["id"] == requirement.id


def test_what_any_endpoint_owes_this_gateway_owes_too() -> None:
    # Tools and images it refuses altogether, so that there is nothing to owe.
    refused = re.compile(r"stream\.tool-.+|request\.image-not-ignored")
    for requirement in CONTRACT.requirements:
        if "tools" in requirement.when or refused.fullmatch(requirement.id):
            continue
        if requirement.level(Scope.ANY):
            assert requirement.level(Scope.GATEWAY), requirement.id


def test_defects_and_rows_are_named_as_their_catalogues_name_them() -> None:
    for requirement in CONTRACT.requirements:
        assert all(re.fullmatch(r"[A-G]\d\d", each) for each in requirement.defects)
        assert all(re.fullmatch(r"[TAVREMFLCUDGOB]\d\d", each) for each in requirement.rows)
