"""What a chat request is owed: a refusal, and which, or an answer, or nobody can say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.exchange import Request, Sending, Setting
from conformance.fuzz.owed import Owed, no_worse, owed
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
        ({"model": " "}, "model"),
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
        {"headers": (("Content-Type", "text/json"),)},
        {"headers": (("Content-Type", "application/json"), ("Accept", "image/png"))},
        {"headers": ()},
        {"sending": Sending(content_length="7")},
        {"authorization": None},
        {"path": "/models"},
    ],
)
def test_other_headers_framings_keys_and_paths_are_open(change: dict[str, Any]) -> None:
    plain = request(json.dumps({"model": MODEL, "messages": [USER]}).encode())
    assert owed(replace(plain, **change), SETTING, contract()).open


@pytest.mark.parametrize(
    ("change", "requirement"),
    [
        ({"headers": (("Content-Type", "Application/JSON"),)}, "transport.media-type-case"),
        ({"headers": (("Content-Type", "application/json; charset=utf-8"),)},
         "transport.media-type-parameters"),
        ({"headers": (("Content-Type", "application/json"), ("OpenAI-Beta", "x=1"))},
         "transport.unknown-headers"),
        ({"sending": Sending(chunks=(3,))}, "transport.chunked-request"),
        ({"sending": Sending(byte_by_byte=True)}, "transport.split-request"),
        ({"sending": Sending(expect_continue=True)}, "transport.expect-continue"),
    ],
)  # fmt: skip
def test_what_is_dressed_or_framed_otherwise_is_owed_an_answer_too(
    change: dict[str, Any], requirement: str
) -> None:
    body = {"model": MODEL, "messages": [USER]}
    plain = request(json.dumps(body, separators=(",", ":")).encode())
    found = owed(replace(plain, **change), SETTING, contract())
    assert (found.answer, found.because) == (True, requirement)
    flawed = request(json.dumps({**body, "temperature": 9}).encode())
    assert owed(replace(flawed, **change), SETTING, contract()).faults


def test_a_body_with_another_label_is_owed_a_refusal_whatever_it_holds() -> None:
    for data in (b'{"model":"x"}', b"no JSON"):
        found = owed(replace(request(data), headers=(("Content-Type", "text/plain"),)), SETTING,
                     contract())  # fmt: skip
        assert [each.requirement for each in found.faults] == ["transport.text-body-refused"]


def test_what_nobody_serves_and_what_fits_no_window_is_refused() -> None:
    for fields, requirement, code in (
        ({"model": "other"}, "models.unknown-refused", "model_not_found"),
        ({"model": MODEL[:-1]}, "models.near-refused", "model_not_found"),
        ({"model": f"{MODEL}:nobody"}, "lora.unknown-refused", "adapter_not_found"),
        ({"model": f"{MODEL}:"}, "lora.empty-refused", ""),
        ({"messages": [{"role": "user", "content": "word " * 4097}]}, "context.overflow-refused",
         "context_length_exceeded"),
    ):  # fmt: skip
        (fault,) = weighed(**fields).faults
        assert (fault.requirement, fault.code) == (requirement, code)
    assert weighed(model="other", temperature=9).faults[0].requirement.startswith("request.")
    assert weighed(messages=[{"role": "user", "content": "word " * 4000}]).open


def said_of(data: bytes) -> str:
    return owed(request(data), SETTING, contract()).because


def feature(**fields: Any) -> str:
    body = {"model": MODEL, "messages": [USER], "max_tokens": 4, **fields}
    return said_of(json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode())


@pytest.mark.parametrize(
    ("fields", "requirement"),
    [
        ({"temperature": 0}, "request.temperature-zero"),
        ({"temperature": 2}, "request.temperature-edges"),
        ({"temperature": 0.5}, ""),
        ({"temperature": None}, "request.null-optional"),
        ({"tools": None}, "request.null-tools"),
        ({"tools": []}, "request.empty-tools"),
        ({"user": "u"}, "request.bookkeeping-accepted"),
        ({"x_any": 1}, "request.unknown-field"),
        ({"logprobs": True, "top_logprobs": 20}, "request.other-edges"),
        ({"max_completion_tokens": 4}, "request.caps-equal"),
        ({"stream": True}, ""),
        ({"stream": True, "stream_options": {}}, "stream.options-forms"),
        ({"temperature": 0, "user": "u"}, ""),
        ({"messages": [{"role": "system", "content": "x"}, USER]}, "request.system-accepted"),
        ({"messages": [USER, {"role": "assistant", "content": "x"}] * 3 + [USER]},
         "request.turns-accepted"),
        ({"messages": [{"role": "user", "content": "\u6f22\u5b57"}]}, "request.unicode"),
        ({"messages": [{"role": "user", "content": "\ue000"}]}, ""),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
         "request.parts-accepted"),
    ],
)  # fmt: skip
def test_the_one_thing_that_is_special_about_a_legal_request_has_its_requirement(
    fields: dict[str, Any], requirement: str
) -> None:
    assert feature(**fields) == requirement


def test_another_spelling_is_such_a_thing() -> None:
    body = {"model": MODEL, "messages": [USER]}
    assert said_of(json.dumps(body, indent=2).encode()) == "request.json-spelling"
    assert said_of(json.dumps({**body, "temperature": 0}, indent=2).encode()) == ""


def test_what_kind_servers_read_is_strict() -> None:
    strict = [weighed(stream="true"), weighed(n="2"), weighed(max_tokens=4097), weighed(top_k=0)]
    assert all(each.faults[0].strict for each in strict)
    blunt = [weighed(model=...), weighed(messages=5), weighed(temperature=[]), weighed(stop=5)]
    assert not any(each.faults[0].strict for each in blunt)


def test_what_is_shrunk_gets_no_new_flaw_and_no_new_doubt() -> None:
    legal, hot = weighed(), weighed(temperature=9)
    both, blank = weighed(temperature=9, messages=[]), turns({"role": "user", "content": ""})
    assert no_worse(legal, legal)
    assert no_worse(legal, hot)
    assert no_worse(hot, both)
    assert not no_worse(both, hot)
    assert not no_worse(hot, legal)
    assert not no_worse(blank, legal)
    assert no_worse(blank, blank)
