"""A library that is no chat API: its own document finds its bugs, and nothing else speaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.fuzz.command import (
    SpecOptions,
    check_described_with,
    described_plan,
    document_of,
)
from conformance.fuzz.described import sendable
from conformance.report_schema import departure
from conformance.target import Budget, Target
from openapi import ContractError, load
from openapi.contract import MAX_DOCUMENT_BYTES

from .library import DOCUMENT, library

OPTIONS = SpecOptions(DOCUMENT, seed=7)


def broken(*bugs: str) -> dict[str, set[str]]:
    with library(*bugs) as server:
        document = check_described_with(Target(server.url), {}, OPTIONS).to_json()
    assert departure(document) is None
    found: dict[str, set[str]] = {}
    for row in document["measurements"]["fuzz"]["found"]:
        assert server.url in row["curl"]
        found.setdefault(row["requirement"], set()).add(row["kind"])
    return found


def test_a_sound_library_has_nothing_to_object_to() -> None:
    assert broken() == {}


def test_a_page_of_no_books_that_fails_is_found() -> None:
    found = broken("limit-zero")
    assert found["always.api-no-5xx"] == {"GET /books"}


def test_a_book_of_any_year_is_found() -> None:
    assert broken("year-unchecked") == {"always.api-refuses": {"POST /books"}}


def test_a_year_given_back_as_text_is_found() -> None:
    assert set(broken("year-as-text")) == {"always.api-schema"}


def test_the_cap_on_requests_holds() -> None:
    with library() as server:
        target = Target(server.url, budget=Budget(requests=9))
        report = check_described_with(target, {}, OPTIONS)
        assert len(server.seen) <= 9
    # What cannot be put into a message is counted too, and not sent.
    assert report.header.spent["requests"] == 9
    assert report.measurements["fuzz"]["cut"] == "budget: 9 requests"


def test_off_loopback_only_what_reads_is_sent() -> None:
    law = load(DOCUMENT)
    assert [each.id for each in sendable(law, False, ())] == ["listBooks", "getBook"]
    named = sendable(law, False, ("addBook", "DELETE /books/{id}"))
    assert [each.id for each in named] == ["listBooks", "addBook", "getBook", "dropBook"]
    with pytest.raises(UsageError, match="no operation 'burnBook'"):
        sendable(law, False, ("burnBook",))


def test_a_safe_run_sends_no_method_that_writes() -> None:
    with library() as server:
        target = replace(Target(server.url))
        law = document_of(DOCUMENT)
        lines = described_plan(replace(target, url="https://far.example/api"), OPTIONS)
        assert [line.partition(":")[0] for line in lines if "not sent" in line] == [
            "POST /books",
            "DELETE /books/{id}",
        ]
        assert len(lines) == len(law.operations)
        assert server.seen == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}", "describes no operation"),
        ("openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths:\n  /a: {get: {responses: "
         "{'200': {$ref: '#/components/responses/No'}}}}", "leads nowhere"),
        ("openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths:\n  /a: {get: {responses: "
         "{'200': {$ref: '#/components/responses/A'}}}}\ncomponents: {responses: {A: "
         "{$ref: '#/components/responses/A'}}}", "in a circle"),
        ("openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths:\n  /a: {get: {responses: "
         "{'200': {$ref: 'https://example.invalid/b.yaml'}}}}", "not a pointer into this document"),
        ("openapi: 2.0\ninfo: {title: A, version: '1'}", "not an OpenAPI 3.1 or 3.2"),
        ("{", "YAML"),
    ],
)  # fmt: skip
def test_a_bad_document_is_one_clear_sentence(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "api.yaml"
    file.write_text(text)
    with pytest.raises((UsageError, ContractError), match=words):
        document_of(file)


LEGAL_AND_ODD = {
    "no schema": (
        "paths:\n  /books:\n    get: {responses: {default: {description: any}}}\n"
        "    post: {requestBody: {content: {application/json: {}}}, responses: {default: "
        "{description: any}}}\n"
    ),
    "a schema within itself": (
        "paths:\n  /books:\n    post: {requestBody: {content: {application/json: {schema: {$ref: "
        "'#/components/schemas/Tree'}}}}, responses: {default: {description: any}}}\n"
        "components: {schemas: {Tree: {type: object, required: [children], properties: {children: "
        "{type: array, items: {$ref: '#/components/schemas/Tree'}}}}}}\n"
    ),
}


@pytest.mark.parametrize("name", LEGAL_AND_ODD)
def test_an_odd_document_is_judged_all_the_same(tmp_path: Path, name: str) -> None:
    file = tmp_path / "api.yaml"
    file.write_text(f"openapi: 3.1.0\ninfo: {{title: A, version: '1'}}\n{LEGAL_AND_ODD[name]}")
    with library() as server:
        report = check_described_with(Target(server.url), {}, SpecOptions(file, seed=7, fuzz=4))
    assert report.measurements["fuzz"]["cases"] > 4


def test_ten_megabytes_are_read_and_a_byte_more_is_not(tmp_path: Path) -> None:
    file = tmp_path / "api.yaml"
    head = "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths:\n  /a: {get: {responses: "
    head += "{default: {description: any}}}}\n#"
    file.write_text(head.ljust(MAX_DOCUMENT_BYTES, "#"))
    assert len(document_of(file).operations) == 1
    file.write_text(head.ljust(MAX_DOCUMENT_BYTES + 1, "#"))
    with pytest.raises(ContractError, match="larger than"):
        document_of(file)


def test_an_alias_bomb_is_refused_before_it_is_expanded(tmp_path: Path) -> None:
    levels = "\n".join(f"  x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    file = tmp_path / "bomb.yaml"
    head = "openapi: 3.1.0\ninfo:\n  title: A\n  version: '1'\n  x-0: &a0 lol\n"
    file.write_text(f"{head}{levels}\npaths: {{}}\n")
    with pytest.raises((UsageError, ContractError)):
        document_of(file)
