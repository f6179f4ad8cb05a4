"""What a chat request is owed: a refusal, and which, or an answer, or nobody can say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.exchange import Request, Sending, Setting
from conformance.fuzz.owed import Owed, owed
from openapi import contract

MODEL = "google/gemma-7b-it-lora"
SETTING = Setting(model=MODEL, scope="gateway", context_window=4096)
USER = {"role": "user", "content": "Hello."}


def request(body: bytes) -> Request:
    headers = (("Content-Type", "application/json"),)
    return Request("case-000000", "POST", "/chat/completions", headers, body)


def weighed(**fields: Any) -> Owed:
    body = {"model": MODEL, "messages": [USER], **fields}
    body = {name: value for name, value in body.items() if value is not ...}
    return owed(request(json.dumps(body).encode()), SETTING, contract())


def turns(*messages: Any) -> Owed:
    return weighed(messages=list(messages))


@pytest.mark.parametrize(
    ("found", "requirement", "code", "param"),
    [
        (weighed(model=...), "model-required", "missing_required_parameter", "model"),
        (weighed(model=5), "model-type-refused", "invalid_type", "model"),
        (weighed(messages=[]), "messages-empty-refused", "invalid_value", "messages"),
        (turns("hi"), "message-type-refused", "invalid_type", "messages[0]"),
        (turns(USER, {"content": "x"}), "role-required", "missing_required_parameter",
         "messages[1].role"),
        (turns({"role": "user", "content": None}), "content-null-refused", "invalid_type",
         "messages[0].content"),
        (turns({"role": "tool", "content": "x"}), "tool-role-refused", "unsupported_value",
         "messages[0].role"),
        (turns({"role": "assistant", "content": "x"}), "no-user-refused", "invalid_value",
         "messages"),
        (turns({"role": "assistant", "content": "x"}, USER), "assistant-first-refused",
         "invalid_value", "messages"),
        (turns(USER, {"role": "assistant", "content": "x"}), "assistant-last-refused",
         "invalid_value", "messages"),
        (weighed(temperature=2.01), "temperature-range", "invalid_value", "temperature"),
        (weighed(temperature="hot"), "temperature-type-refused", "invalid_type", "temperature"),
        (weighed(temperature="1"), "numeric-string-refused", "invalid_type", "temperature"),
        (weighed(n=True), "boolean-number-refused", "invalid_type", "n"),
        (weighed(n=1.5), "fraction-refused", "invalid_type", "n"),
        (weighed(n=0), "n-zero-refused", "invalid_value", "n"),
        (weighed(max_tokens=5000), "max-tokens-large-refused", "invalid_value", "max_tokens"),
        (weighed(user=5), "other-types-refused", "invalid_type", "user"),
        (weighed(stop=list("abcde")), "stop-count", "invalid_value", "stop"),
        (weighed(tools=[{}]), "tools-refused", "unsupported_parameter", "tools"),
        (weighed(stream_options={}), "stream-options-alone", "invalid_value", "stream_options"),
        (weighed(max_tokens=1, max_completion_tokens=2), "caps-conflict-refused",
         "invalid_value", ""),
        (weighed(response_format={"type": "json_object"}), "json-mode-refused",
         "unsupported_value", "response_format.type"),
    ],
)  # fmt: skip
def test_each_flaw_is_owed_the_refusal_that_a_requirement_asks_for(
    found: Owed, requirement: str, code: str, param: str
) -> None:
    first = found.faults[0]
    assert (first.requirement, first.code, first.param) == (f"request.{requirement}", code, param)


@pytest.mark.parametrize(
    ("body", "requirement"),
    [
        (b"", "empty-body-refused"),
        (b" \n", "empty-body-refused"),
        (b'{"model":', "json-syntax-refused"),
        (b"[1]", "json-object-refused"),
        (b"7", "json-object-refused"),
        (b'{"temperature":NaN}', "nan-refused"),
        (b'{"model":"\xe9"}', "not-utf8-refused"),
    ],
)
def test_bytes_that_are_no_json_object_are_owed_a_refusal(body: bytes, requirement: str) -> None:
    faults = owed(request(body), SETTING, contract()).faults
    assert [each.requirement for each in faults] == [f"request.{requirement}"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"temperature": 0, "top_p": 1, "n": 8, "seed": -(2**63), "stop": ["a", "b", "c", "d"]},
        {"temperature": None, "tools": None, "lora": None, "x_unknown": {"a": [1]}},
        {"stream": True, "stream_options": {"include_usage": True, "x": 1}},
        {"max_tokens": 3, "max_completion_tokens": 3, "tool_choice": "auto", "tools": []},
        {"messages": [{"role": "system", "content": "Be brief."}, USER, USER]},
    ],
)
def test_what_breaks_no_rule_is_owed_an_answer(fields: dict[str, Any]) -> None:
    assert weighed(**fields).answer


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"model": "other"}, "model"),
        ({"lora": "pirate"}, "adapter"),
        ({"max_tokens": 64.0}, "fraction"),
        ({"messages": [{"role": "user", "content": " "}]}, "empty"),
        ({"messages": [{"role": "user", "content": "a" * 5000}]}, "window"),
        ({"messages": [{"role": "user", "content": "<eos>"}]}, "special tokens"),
        ({"messages": [USER, {"role": "assistant"}, USER]}, "empty"),
    ],
)
def test_what_the_contract_leaves_open_is_never_judged(fields: dict[str, Any], why: str) -> None:
    found = weighed(**fields)
    assert not found.answer
    assert not found.faults
    assert why in found.open


def test_a_member_that_stands_twice_is_open() -> None:
    body = b'{"model":"' + MODEL.encode() + b'","messages":[],"messages":[]}'
    found = owed(request(body), SETTING, contract())
    assert found == Owed(open="a member stands twice in it")


@pytest.mark.parametrize(
    "change",
    [
        {"headers": (("Content-Type", "text/plain"),)},
        {"sending": Sending(chunks=())},
        {"authorization": None},
        {"path": "/models"},
    ],
)
def test_other_headers_framings_keys_and_paths_are_open(change: dict[str, Any]) -> None:
    plain = request(json.dumps({"model": MODEL, "messages": [USER]}).encode())
    assert owed(replace(plain, **change), SETTING, contract()).open


def test_what_kind_servers_read_is_strict() -> None:
    strict = [weighed(stream="true"), weighed(n="2"), weighed(max_tokens=4097), weighed(top_k=0)]
    assert all(each.faults[0].strict for each in strict)
    blunt = [weighed(model=...), weighed(messages=5), weighed(temperature=[]), weighed(stop=5)]
    assert not any(each.faults[0].strict for each in blunt)
