"""Reading of documents by strangers: always one sentence, never a hang, a crash or a traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from openapi import ContractError, load, parse
from openapi.contract import MAX_DOCUMENT_BYTES

HEAD = 'openapi: 3.2.0\ninfo: {title: t, version: "1"}\n'


def doubling(opening: str, closing: str, rows: int = 12) -> str:
    lines = [f"a0: &a0 {opening}1{closing}\n"]
    for row in range(1, rows):
        inner = ", ".join([f"*a{row - 1}"] * 9)
        lines.append(f"a{row}: &a{row} {opening}{inner}{closing}\n")
    return HEAD + "".join(lines)


def merging() -> str:
    lines = ["a0: &a0 {" + ", ".join(f"k{index}: 1" for index in range(9)) + "}\n"]
    for row in range(1, 12):
        inner = ", ".join([f"*a{row - 1}"] * 9)
        lines.append(f"a{row}: &a{row} {{<<: [{inner}]}}\n")
    return HEAD + "".join(lines)


HOSTILE: dict[str, Callable[[], str]] = {
    "brackets without end": lambda: HEAD + "x: " + "[" * 200_000,
    "dashes without end": lambda: HEAD + "x:\n" + "- " * 200_000,
    "json brackets without end": lambda: '{"openapi": "3.2.0", "x": ' + "[" * 100_000,
    "aliases of aliases": lambda: doubling("[", "]"),
    "merges of merges": merging,
    "an alias of itself": lambda: HEAD + "a: &a [*a]\n",
    "a mapping within itself": lambda: HEAD + "a: &a {b: {c: *a}}\n",
    "a million values": lambda: HEAD + "x: [" + "1," * 1_000_000 + "1]",
    "two hundred thousand levels": lambda: HEAD + "\n".join(" " * n + "a:" for n in range(250)),
    "a number of five thousand digits": lambda: HEAD + "x: " + "9" * 5000,
    "a python object": lambda: HEAD + "x: !!python/object/apply:os.getcwd []\n",
    "a set": lambda: HEAD + "x: !!set {a, b}\n",
    "bytes": lambda: HEAD + "x: !!binary aGk=\n",
    "a list for a key": lambda: HEAD + "? [a, b]\n: 1\n",
    "control characters": lambda: HEAD + "x: \x00\x07\n",
    "an unfinished list": lambda: HEAD + "x: [1, 2",
    "nothing": lambda: "",
    "a list": lambda: "[1, 2]",
    "a word": lambda: "hello",
    "swagger": lambda: "swagger: '2.0'\ninfo: {title: t, version: '1'}",
    "openapi 3.0": lambda: "openapi: 3.0.3\ninfo: {title: t, version: '1'}",
    "a version that is a number": lambda: "openapi: 3.1\ninfo: {title: t, version: '1'}",
    "no title": lambda: "openapi: 3.1.0\ninfo: {version: '1'}",
    "no info": lambda: "openapi: 3.1.0",
    "paths in a list": lambda: HEAD + "paths: [1]",
    "a path in a circle": lambda: HEAD + "paths: {/a: {$ref: '#/paths/~1a'}}",
    "a path that leads nowhere": lambda: HEAD + "paths: {/a: {$ref: '#/nope'}}",
    "a path in another file": lambda: HEAD + "paths: {/a: {$ref: 'other.yaml'}}",
    "too large": lambda: " " * (MAX_DOCUMENT_BYTES + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(ContractError) as refused:
        parse(HOSTILE[name](), "theirs.yaml")
    assert "\n" not in str(refused.value)
    assert 10 < len(str(refused.value)) < 300


def test_a_fault_is_named_with_its_line() -> None:
    with pytest.raises(ContractError, match=r"theirs\.yaml: not readable .* at line 4"):
        parse(HEAD + "x: 1\ny: ]\n", "theirs.yaml")


def test_a_document_of_someone_else_is_read_as_json_would_have_it() -> None:
    contract = parse(
        HEAD
        + "x-date: 2024-04-02\n7: 2\nnull: 3\ntrue: 4\n"
        + "paths: {/a: {get: {responses: {200: {description: fine}}}}}\n"
    )
    assert contract.document["x-date"] == "2024-04-02"
    assert [contract.document[key] for key in ("7", "null", "true")] == [2, 3, 4]
    assert list(contract.operations[0].definition["responses"]) == ["200"]
    assert json.loads(json.dumps(contract.document)) == contract.document


def test_an_operation_without_an_id_is_named_by_method_and_path() -> None:
    contract = parse(HEAD + "paths: {/a~b/c: {get: {responses: {}}, parameters: []}, x-note: {}}")
    (operation,) = contract.operations
    assert (operation.id, operation.pointer) == ("get:/a~b/c", "/paths/~1a~0b~1c/get")
    assert contract.resolve(operation.pointer) == {"responses": {}}
    assert contract.model is None
    assert contract.errors == {}


def test_a_path_may_stand_elsewhere_in_the_document() -> None:
    contract = parse(
        HEAD
        + "components: {pathItems: {A: {get: {operationId: readA}}}}\n"
        + "paths: {/a: {$ref: '#/components/pathItems/A'}}\n"
    )
    assert [operation.id for operation in contract.operations] == ["readA"]


@pytest.mark.parametrize(
    ("servers", "base"),
    [
        ("[{url: 'https://a.example/v1/'}]", "/v1"),
        ("[{url: /v2}]", "/v2"),
        ("[{url: 'https://a.example'}]", ""),
        ("[]", ""),
        ("[1]", ""),
        ("{url: x}", ""),
    ],
)
def test_the_base_is_the_path_of_the_first_server(servers: str, base: str) -> None:
    contract = parse(HEAD + f"servers: {servers}\npaths: {{/a: {{get: {{}}}}}}")
    assert contract.operations[0].base == base


def test_a_pointer_that_names_nothing_is_a_key_error() -> None:
    contract = parse(HEAD + "x: [1]\n")
    assert contract.resolve("#/x/0") == 1
    for pointer in ("/y", "/x/7", "/x/one", "/x/0/deeper", "/info/title/0/0"):
        with pytest.raises(KeyError):
            contract.resolve(pointer)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("#/x-a", "go in a circle"),
        ("#/nope", "leads nowhere"),
        ("other.yaml#/a", "is not a pointer into this document"),
        ("#anchor", "is not a pointer into this document"),
    ],
)
def test_a_reference_that_cannot_be_followed_says_why(reference: str, said: str) -> None:
    contract = parse(HEAD + "x-a: {$ref: '#/x-b'}\nx-b: {$ref: '#/x-a'}\n")
    with pytest.raises(ContractError, match=said):
        contract.follow({"$ref": reference})


def test_files_are_refused_without_their_folder(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"^none\.yaml: cannot be read: No such file"):
        load(tmp_path / "none.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"openapi: \xff")
    with pytest.raises(ContractError, match=r"^latin\.yaml: cannot be read: it is not UTF-8"):
        load(latin)
    large = tmp_path / "large.yaml"
    large.write_bytes(b" " * (MAX_DOCUMENT_BYTES + 1))
    with pytest.raises(ContractError, match=r"^large\.yaml: larger than"):
        load(large)
