"""Lint: a fault anywhere in a document is found, and named by its place."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openapi import ContractError, contract, parse
from openapi.bridge import to_31
from openapi.lint import MAX_PROBLEMS, lint, require_sound

ROOT = Path(__file__).parents[2]
Document = dict[str, Any]
SOUND: Document = json.loads(json.dumps(contract().document))
STREAM = "/paths/~1chat~1completions/post/responses/200/content/text~1event-stream"


def changed(change: Callable[[Document], object]) -> list[str]:
    document = copy.deepcopy(SOUND)
    change(document)
    return lint(parse(json.dumps(document), "theirs.json"))


def stream(document: Document) -> Document:
    answer = document["paths"]["/chat/completions"]["post"]["responses"]["200"]
    found: Document = answer["content"]["text/event-stream"]
    return found


def schemas(document: Document) -> Document:
    found: Document = document["components"]["schemas"]
    return found


def examples(document: Document) -> Document:
    found: Document = document["components"]["examples"]
    return found


def health(document: Document) -> Document:
    found: Document = document["paths"]["/healthz"]["get"]
    return found


FAULTS: dict[str, tuple[Callable[[Document], object], str]] = {
    "itemSchema misspelt": (lambda d: stream(d).update(itemSchemaa={}), "itemSchemaa"),
    "itemSchema in 3.1": (
        lambda d: d.update(openapi="3.1.1"),
        f"{STREAM}/itemSchema: itemSchema needs OpenAPI 3.2, and this document says 3.1.1",
    ),
    "a bad type in a component": (
        lambda d: schemas(d)["Usage"].update(type="objekt"),
        "/components/schemas/Usage/type: not a JSON Schema: 'objekt'",
    ),
    "a bad type inside itemSchema": (
        lambda d: stream(d).update(itemSchema={"properties": {"data": {"type": "objekt"}}}),
        f"{STREAM}/itemSchema/properties/data/type: not a JSON Schema",
    ),
    "a bad pattern": (
        lambda d: schemas(d)["CompletionId"].update(pattern="("),
        "/components/schemas/CompletionId/pattern: not a JSON Schema",
    ),
    "a misspelt keyword": (
        lambda d: schemas(d)["Usage"].update(propertis={}),
        "unknown keyword 'propertis'; did you mean 'properties'?",
    ),
    "a reference that leads nowhere": (
        lambda d: schemas(d)["Choice"]["properties"].update(x={"$ref": "#/components/nope"}),
        "/components/schemas/Choice/properties/x: reference '#/components/nope' leads nowhere",
    ),
    "references in a circle": (
        lambda d: schemas(d).update(
            A={"$ref": "#/components/schemas/B"}, B={"$ref": "#/components/schemas/A"}
        ),
        "/components/schemas/A: references go in a circle",
    ),
    "schemas without end": (
        lambda d: (
            schemas(d).update(A={"allOf": [{"$ref": "#/components/schemas/A"}]}),
            schemas(d)["Usage"].update(allOf=[{"$ref": "#/components/schemas/A"}]),
        ),
        "schemas refer to one another without end",
    ),
    "an example of the wrong type": (
        lambda d: examples(d)["AnswerHello"]["value"]["usage"].update(total_tokens="36"),
        "examples/hello: the example breaks its schema at /usage/total_tokens: '36' is not of",
    ),
    "an example of a header": (
        lambda d: d["components"]["headers"]["RetryAfter"].update(example=0),
        "/components/headers/RetryAfter/example: the example breaks its schema at /: 0 is less",
    ),
    "an example within a schema": (
        lambda d: schemas(d)["CompletionId"].update(examples=["abc"]),
        "/components/schemas/CompletionId/examples/0: the example breaks its schema",
    ),
    "a stream without its end": (
        lambda d: examples(d)["StreamHello"]["dataValue"].pop(),
        "examples/hello: the example breaks its schema at /: it does not hold",
    ),
    "a stream with two ends": (
        lambda d: examples(d)["StreamHello"]["dataValue"].append({"data": "[DONE]"}),
        "examples/hello: the example breaks its schema",
    ),
    "a chunk that is not JSON": (
        lambda d: examples(d)["StreamHello"]["dataValue"][1].update(data='{"id":'),
        "is not JSON",
    ),
    "a chunk without an id": (
        lambda d: examples(d)["StreamHello"]["dataValue"][1].update(data='{"choices":[]}'),
        "examples/hello/1: the example breaks its schema at /data: 'id' is a required property",
    ),
    "an operation without a schema": (
        lambda d: health(d)["responses"]["200"]["content"].update({"application/json": {}}),
        "answer 200 of GET /healthz has no schema for application/json",
    ),
    "an id of two operations": (
        lambda d: health(d).update(operationId="listModels"),
        "'listModels' for 'get' in '/healthz' is not unique",
    ),
    "a path parameter nobody describes": (
        lambda d: d["paths"]["/models/{model}"].pop("parameters"),
        "Path parameter 'model'",
    ),
    "responses in a list": (lambda d: health(d).update(responses=[]), "[] is not of type"),
    "content in a list": (
        lambda d: health(d)["responses"]["200"].update(content=[1]),
        "[1] is not of type",
    ),
    "a media type that is a number": (
        lambda d: health(d)["responses"]["200"].update(content={"a/b": 1}),
        "1 is not of type",
    ),
    "a fact of the model missing": (lambda d: d["x-model"].pop("id"), "missing keys ['id']"),
    "a code without a meaning": (
        lambda d: d["x-errors"]["402"].update(codes=[]),
        "x-errors/402: codes map a code",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_placed(name: str) -> None:
    change, said = FAULTS[name]
    problems = changed(change)
    assert problems
    assert any(said in problem for problem in problems), problems
    assert all("\n" not in problem and len(problem) < 500 for problem in problems)


def test_a_schema_may_refer_to_itself() -> None:
    tree = {"type": "object", "properties": {"in": {"$ref": "#/components/schemas/Tree"}}}
    assert changed(lambda d: schemas(d).update(Tree=tree)) == []


def test_names_that_look_like_keywords_are_names() -> None:
    named = {"properties": {"default": {"type": "string"}, "$ref": {"type": "string"}}}
    assert changed(lambda d: schemas(d).update(Odd=named)) == []


def test_data_that_looks_like_a_reference_is_data() -> None:
    data = {"type": "object", "const": {"$ref": "#/nope"}, "default": {"$ref": "#/nope"}}
    assert changed(lambda d: schemas(d).update(Odd=data)) == []


def test_no_more_problems_are_told_than_anyone_reads() -> None:
    broken = {f"S{index}": {"$ref": "#/nope"} for index in range(500)}
    assert len(changed(lambda d: schemas(d).update(broken))) == MAX_PROBLEMS


def test_an_unsound_document_is_refused_with_its_first_problem() -> None:
    document = copy.deepcopy(SOUND)
    schemas(document).update(A={"$ref": "#/x"}, B={"$ref": "#/y"})
    with pytest.raises(ContractError, match=r"'#/x' leads nowhere \(and 1 more"):
        require_sound(parse(json.dumps(document)))
    require_sound(contract())


def test_the_command_tells_files_apart(tmp_path: Path) -> None:
    unsound = tmp_path / "unsound.json"
    document = copy.deepcopy(SOUND)
    schemas(document)["Usage"]["type"] = "objekt"
    unsound.write_text(json.dumps(document), encoding="utf-8")
    unreadable = tmp_path / "unreadable.yaml"
    unreadable.write_text("[", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "openapi", str(unsound), str(unreadable)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "/components/schemas/Usage/type: not a JSON Schema" in done.stdout
    assert done.stderr.startswith("unreadable.yaml: not readable")


def test_the_bridge_to_3_1_is_sound_and_keeps_the_schema_of_an_event() -> None:
    bridged = to_31(SOUND)
    assert lint(parse(json.dumps(bridged))) == []
    assert stream(bridged)["schema"] == stream(SOUND)["itemSchema"]
    assert stream(bridged)["x-streamSchema"] == stream(SOUND)["schema"]
    bridged["info"]["title"] = "another"
    assert SOUND["info"]["title"] != "another"


def test_the_bridge_is_for_3_2_only() -> None:
    with pytest.raises(ValueError, match=r"only an OpenAPI 3\.2 document"):
        to_31({"openapi": "3.1.0"})
