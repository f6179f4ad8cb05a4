"""Judges of the catalogue, on small lists made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.exchange import Exchange, Setting
from conformance.probe import Transcript
from conformance.probes.models import NOBODY, model_detail
from conformance.verdict import NotApplicable
from openapi import contract
from tests.conformance import answers
from tests.conformance.answers import completion, request
from tests.conformance.chapters.judging import labelled, opinion

FACTS = contract().model
assert FACTS is not None
OURS = {
    "id": FACTS.id,
    "object": "model",
    "created": FACTS.created,
    "owned_by": FACTS.owned_by,
    "context_window": FACTS.context_window,
    "max_output_tokens": FACTS.max_output_tokens,
    "pricing": {"input": "0.08", "output": "0.160"},
    "capabilities": list(FACTS.capabilities),
    "root": FACTS.id,
    "parent": None,
}
GATEWAY = Setting(model=FACTS.id, scope="gateway")
ANY = Setting(model=FACTS.id, scope="any")
MISSING = {"error": {"message": "No.", "type": "not_found", "param": "model", "code": "x"}}


def said(value: Any, label: str, status: int = 200) -> Exchange:
    return labelled(answers.exchange(json.dumps(value).encode(), status=status), label)


def catalogue(
    change: Callable[[dict[str, Any]], Any] | None = None, detail: Any = None, status: int = 200
) -> list[Exchange]:
    document: Any = {"object": "list", "data": [dict(OURS)]}
    document = (change and change(document)) or document
    described = dict(OURS) if detail is None else detail
    return [
        said(document, "models"),
        said(document, "list-again"),
        said(described, "detail", status),
        said(described, "detail-raw", status),
        said(MISSING, "detail-unknown", 404),
    ]


def entry(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["data"][0].update(changes)

    return change


JUDGED = [
    "offered", "list", "list-object", "list-object-there", "media-type", "listed", "item-id",
    "item-object", "item-created-integer", "item-created", "item-owner", "ids-unique",
    "list-stable", "detail", "detail-escaped", "detail-raw", "detail-same", "detail-object",
    "detail-id", "detail-agrees", "detail-unknown-404", "window", "max-output", "created", "owner",
    "pricing", "capabilities", "root", "parent",
]  # fmt: skip


@pytest.mark.parametrize("slug", JUDGED)
def test_a_good_catalogue_is_accused_of_nothing(slug: str) -> None:
    assert not opinion(f"models.{slug}", catalogue(), GATEWAY)[0]


BROKEN: dict[str, tuple[str, Any]] = {
    "a bare array": ("list", lambda one: one["data"]),
    "keyed by id": ("list", lambda one: {**one, "data": {}}),
    "another name": ("list-object", lambda one: {**one, "object": "models"}),
    "no name": ("list-object-there", lambda one: {"data": one["data"]}),
    "nothing listed": ("listed", lambda one: {**one, "data": []}),
    "texts": ("item-id", lambda one: {**one, "data": ["m"]}),
    "an empty id": ("item-id", entry(id="")),
    "engines": ("item-object", entry(object="engine")),
    "a date in words": ("item-created-integer", entry(created="2024-04-02")),
    "milliseconds": ("item-created", entry(created=1712016000000)),
    "owned by null": ("item-owner", entry(owned_by=None)),
    "twice": ("ids-unique", lambda one: {**one, "data": one["data"] * 2}),
    "another window": ("window", entry(context_window=8192)),
    "a price as a number": ("pricing", entry(pricing={"input": 0.08, "output": 0.16})),
    "a price with an exponent": ("pricing", entry(pricing={"input": "8e-2", "output": "0.16"})),
    "tools": ("capabilities", entry(capabilities=["streaming", "function-calling"])),
    "a path": ("root", entry(root="/srv/gemma")),
    "a parent": ("parent", entry(parent="m")),
    "a list that differs": ("detail-agrees", entry(created=1)),
}


@pytest.mark.parametrize(("slug", "change"), BROKEN.values(), ids=BROKEN)
def test_a_broken_catalogue_is_accused_by_the_judge_of_it(slug: str, change: Any) -> None:
    assert opinion(f"models.{slug}", catalogue(change), GATEWAY)[0]


def test_a_detail_that_is_not_offered_is_not_held_against_anyone() -> None:
    exchanges = catalogue(detail=MISSING, status=404)
    assert isinstance(opinion("models.detail", exchanges, ANY)[1], NotApplicable)
    assert opinion("models.detail", exchanges, GATEWAY)[0]
    assert model_detail(Transcript("models", ANY, tuple(exchanges))).kind == "absent"


def test_a_detail_that_denies_a_listed_model_is_found() -> None:
    denied = {"error": {**MISSING["error"], "code": "model_not_found"}}
    assert opinion("models.detail", catalogue(detail=denied, status=404), ANY)[0]


def test_the_list_in_the_place_of_a_detail_is_found() -> None:
    listed = {"object": "list", "data": [OURS]}
    exchanges = catalogue(detail=listed)
    assert opinion("models.detail-object", exchanges, ANY)[0]


def test_outside_the_gateway_only_the_usual_members_must_agree() -> None:
    rich = {**OURS, "context_window": 1}
    assert not opinion("models.detail-agrees", catalogue(detail=rich), ANY)[0]
    assert opinion("models.detail-agrees", catalogue(detail=rich), GATEWAY)[0]


def chats(unknown: Exchange, streamed: Exchange | None = None, near: int = 404) -> list[Exchange]:
    ok = answers.exchange(json.dumps(completion()).encode())
    found = [labelled(ok, "plain"), labelled(unknown, "unknown")]
    found += [said(MISSING, "longer", near), said(MISSING, "shorter", 404)]
    return [*found, labelled(streamed or unknown, "unknown-streamed")]


def refused(status: int = 404, **parts: Any) -> Exchange:
    error = {"message": "No.", "type": "not_found", "param": "model", "code": "model_not_found"}
    body = json.dumps({"error": {**error, **parts}}).encode()
    return answers.exchange(body, status=status, request=request(model=NOBODY))


def test_an_unknown_model_is_refused_in_so_many_words() -> None:
    for slug in ("refused", "4xx", "404", "code", "type", "param", "stream"):
        assert not opinion(f"models.unknown-{slug}", chats(refused()), ANY)[0], slug


def test_each_part_of_that_refusal_is_judged_on_its_own() -> None:
    for slug, wrong in (
        ("4xx", refused(503)),
        ("404", refused(400)),
        ("code", refused(code=None)),
        ("type", refused(type="x")),
        ("param", refused(param=None)),
    ):
        assert opinion(f"models.unknown-{slug}", chats(wrong), ANY)[0], slug


def test_a_server_of_one_model_that_takes_any_name_is_told_so_once() -> None:
    taken = answers.exchange(json.dumps(completion()).encode(), request=request(model=NOBODY))
    exchanges = chats(taken, near=200)
    assert opinion("models.unknown-refused", exchanges, ANY)[0]
    for slug in ("unknown-404", "unknown-code", "unknown-stream", "near-refused"):
        assert isinstance(opinion(f"models.{slug}", exchanges, ANY)[1], NotApplicable), slug


def test_names_that_only_begin_right_are_unknown() -> None:
    assert opinion("models.near-refused", chats(refused(), near=200), ANY)[0]


def test_a_stream_for_an_unknown_model_does_not_begin() -> None:
    begun = answers.exchange(b"data: {}\n\n", "text/event-stream", request=request(stream=True))
    assert opinion("models.unknown-stream", chats(refused(), begun), ANY)[0]
