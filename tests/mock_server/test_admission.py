"""Admission: what is refused, in which words, and what comes first of several flaws."""

import json

import pytest

from mock_server.gateway import ADMISSION
from openapi import contract
from tests.mock_server.driving import CHAT, MODEL, ask, body, exchange, mock

APP = mock(keys=("sk-scoped=google/gemma-7b-it-lora:pirate",))

# Each is wrong in one way; earlier ones decide when both are wrong.
FLAWS = {
    "path": (404, "unknown_url", {"path": "/v1/nope"}),
    "method": (405, "method_not_allowed", {"method": "DELETE"}),
    "key": (401, "invalid_api_key", {"key": "sk-wrong"}),
    "quota": (429, "rate_limit_exceeded", {"key": "sk-aig-mock-over-limit"}),
    "media": (415, "unsupported_media_type", {"content-type": "text/plain"}),
    "size": (413, "request_too_large", {"content": "x" * 1_100_000}),
    "json": (400, "invalid_json", {"broken": True}),
    "schema": (400, "invalid_value", {"temperature": 9}),
    "conversation": (400, "invalid_value", {"role": "assistant"}),
    "model": (404, "model_not_found", {"model": "gpt-9"}),
    "scope": (403, "scope_exceeded", {"key": "sk-scoped"}),
    "window": (400, "context_length_exceeded", {"content": "word " * 5000}),
    "tokens": (400, "invalid_value", {"key": "sk-aig-mock-few-tokens", "content": "hi " * 1000}),
    "wallet": (402, "insufficient_credits", {"key": "sk-aig-mock-no-credit"}),
    "engine": (500, "upstream_error", {"key": "sk-aig-mock-upstream-down"}),
    "script": (418, "short", {"x-gonogo-script": '{"status": 418, "code": "short"}'}),
}


def flawed(**flaws: object) -> tuple[int, str]:
    asked = body(str(flaws.get("content", "hi")))
    asked["model"] = flaws.get("model", MODEL)
    asked["temperature"] = flaws.get("temperature", 1)
    asked["messages"][0]["role"] = flaws.get("role", "user")
    headers = {
        "authorization": f"Bearer {flaws.get('key', 'sk-aig-mock')}",
        "content-type": str(flaws.get("content-type", "application/json")),
        "x-gonogo-script": str(flaws.get("x-gonogo-script", "")),
    }
    raw = json.dumps(asked).encode()[: -1 if flaws.get("broken") else None]
    method, path = str(flaws.get("method", "POST")), str(flaws.get("path", CHAT))
    answer = exchange(APP, method, path, raw, headers)
    return answer.status, answer.error["code"]


def test_admission_has_the_order_of_the_contract() -> None:
    assert [step.__name__ for step in ADMISSION] == list(FLAWS)


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_alone_is_refused_with_its_status_and_code(name: str) -> None:
    status, code, flaw = FLAWS[name]
    assert flawed(**flaw) == (status, code)


NAMES = list(FLAWS)
PAIRS = [
    (first, second)
    for at, first in enumerate(NAMES)
    for second in NAMES[at + 1 :]
    if not FLAWS[first][2].keys() & FLAWS[second][2].keys()
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_of_two_flaws_the_earlier_step_decides(first: str, second: str) -> None:
    status, code, flaw = FLAWS[first]
    assert flawed(**FLAWS[second][2], **flaw) == (status, code)


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        ({"model": MODEL}, "missing_required_parameter", "messages"),
        ({"messages": [{"role": "user", "content": "x"}]}, "missing_required_parameter", "model"),
        (body(temperature="hot"), "invalid_type", "temperature"),
        (body(temperature=2.1), "invalid_value", "temperature"),
        (body(n=9), "invalid_value", "n"),
        (body(max_tokens=0), "invalid_value", "max_tokens"),
        (body(max_tokens=4097), "invalid_value", "max_tokens"),
        (body(max_tokens=1, max_completion_tokens=2), "invalid_value", "max_tokens"),
        (body(stop=["a"] * 5), "invalid_value", "stop"),
        (body(tools=[{"type": "function"}]), "unsupported_parameter", "tools"),
        (body(tool_choice="required"), "unsupported_parameter", "tool_choice"),
        (
            body(response_format={"type": "json_object"}),
            "unsupported_value",
            "response_format.type",
        ),
        (body(stream_options={}), "invalid_value", "stream_options"),
        (body(stream=False, stream_options={}), "invalid_value", "stream_options"),
        (body(top_logprobs=2), "invalid_value", "top_logprobs"),
        (body(logit_bias={"a": 1}), "invalid_value", "logit_bias"),
        (body(logit_bias={"5": 101}), "invalid_value", "logit_bias.5"),
        (body(lora="../etc"), "invalid_value", "lora"),
        (body(model=f"{MODEL}:pirate", lora="json"), "invalid_value", "lora"),
        (body(model=f"{MODEL}:sailor"), "adapter_not_found", "model"),
        (body(lora="sailor"), "adapter_not_found", "lora"),
        (body(model=f"{MODEL}:"), "adapter_not_found", "model"),
        ({"model": MODEL, "messages": []}, "invalid_value", "messages"),
    ],
)
def test_a_bad_field_is_named_by_code_and_path(
    asked: dict[str, object], code: str, param: str
) -> None:
    error = ask(APP, asked).error
    assert (error["code"], error["param"]) == (code, param)
    assert param.rpartition(".")[2] in error["message"]


@pytest.mark.parametrize(
    ("message", "code", "param"),
    [
        ({"role": "user", "content": 5}, "invalid_type", "messages[0].content"),
        ({"role": "user"}, "missing_required_parameter", "messages[0].content"),
        ({"role": "tool", "content": "x"}, "unsupported_value", "messages[0].role"),
        (
            {"role": "user", "content": [{"type": "image_url"}]},
            "unsupported_value",
            "messages[0].content[0].type",
        ),
        (
            {"role": "user", "content": [{"type": "text"}]},
            "missing_required_parameter",
            "messages[0].content[0].text",
        ),
        ("hello", "invalid_type", "messages[0]"),
        ({"role": "assistant", "content": "x"}, "invalid_value", "messages"),
    ],
)
def test_a_bad_message_is_named_by_code_and_path(message: object, code: str, param: str) -> None:
    answer = ask(APP, {"model": MODEL, "messages": [message]})
    assert answer.status == 400
    assert (answer.error["code"], answer.error["param"]) == (code, param)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[",
        b"[]",
        b'"x"',
        b"null",
        b'{"model":"m","model":"n"}',
        b'{"model" : "m", "model" :\n"n"}',
        b'{"messages":[{"role":"user","role":"user"}]}',
        b'{"temperature":NaN}',
        b'{"temperature":Infinity}',
        b"\xff\xfe",
        b"{" * 3000,
        b"[" * 100_000,
        b'{"a":"\\ud800"}',
    ],
)
def test_a_body_that_is_not_one_json_object_is_invalid_json(raw: bytes) -> None:
    answer = ask(APP, raw)
    assert (answer.status, answer.error["code"], answer.error["param"]) == (
        400,
        "invalid_json",
        None,
    )


def test_text_that_looks_like_a_repeated_key_is_no_repeated_key() -> None:
    assert ask(APP, body('say {"a":1,"a":2} and "x":')).status == 200


def test_null_means_the_default_and_unknown_fields_are_ignored() -> None:
    nulls = dict.fromkeys(("temperature", "stop", "seed", "n", "tools", "lora", "stream"))
    assert ask(APP, body(foo=1, **nulls)).status == 200


@pytest.mark.parametrize("label", ["Application/JSON; charset=utf-8", "application/json;x=y"])
def test_any_spelling_of_the_media_type_is_taken(label: str) -> None:
    assert ask(APP, headers={"content-type": label}).status == 200


@pytest.mark.parametrize("label", ["", "text/plain", "application/jsonp", "multipart/form-data"])
def test_any_other_media_type_is_415(label: str) -> None:
    assert ask(APP, headers={"content-type": label}).status == 415


@pytest.mark.parametrize("sent", ["bearer sk-aig-mock", "BEARER   sk-aig-mock  "])
def test_the_scheme_is_compared_without_case_and_spaces(sent: str) -> None:
    assert ask(APP, headers={"authorization": sent}).status == 200


@pytest.mark.parametrize(
    ("sent", "code", "challenge"),
    [
        ("", "missing_api_key", "Bearer"),
        ("Basic c2s6", "missing_api_key", "Bearer"),
        ("Bearer ", "missing_api_key", "Bearer"),
        ("Bearer sk-aig-mocks", "invalid_api_key", 'Bearer error="invalid_token"'),
        ("Bearer sk-aig-moc", "invalid_api_key", 'Bearer error="invalid_token"'),
    ],
)
def test_who_has_no_good_key_is_challenged(sent: str, code: str, challenge: str) -> None:
    answer = ask(APP, headers={"authorization": sent})
    assert (answer.status, answer.error["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == challenge
    assert "sk-" not in answer.error["message"].replace("sk-aig-...", "")


def test_a_cost_tag_may_be_as_long_as_the_contract_says() -> None:
    parameter = contract().resolve("#/components/parameters/CostTag")
    limit = parameter["schema"]["maxLength"]
    assert ask(APP, headers={parameter["name"]: "x" * limit}).status == 200
    error = ask(APP, headers={parameter["name"]: "x" * (limit + 1)}).error
    assert (error["code"], error["param"]) == ("invalid_value", "x-aig-tag")


def test_a_key_is_never_sent_back_wherever_it_was_put() -> None:
    given = {"authorization": "Bearer sk-aig-mock", "x-request-id": "sk-aig-mock"}
    for asked in (
        body(model="sk-aig-mock"),
        body(temperature="sk-aig-mock"),
        body(lora="sk-aig-mock"),
    ):
        answer = ask(APP, asked, headers=given)
        assert answer.status in (400, 404)
        assert b"sk-aig-mock" not in answer.body
        assert "sk-aig-mock" not in answer.headers["x-request-id"]


def test_a_key_for_an_adapter_may_use_that_adapter_only() -> None:
    scoped = {"authorization": "Bearer sk-scoped"}
    assert ask(APP, body(lora="pirate"), headers=scoped).status == 200
    assert ask(APP, body(lora="json"), headers=scoped).status == 403


def test_a_saturated_provider_says_when_to_come_back() -> None:
    answer = ask(APP, headers={"authorization": "Bearer sk-aig-mock-saturated"})
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


def test_the_overflow_message_begins_as_clients_match_it() -> None:
    error = ask(APP, body("word " * 5000, stream=True)).error
    assert error["message"].startswith("This model's maximum context length is 4096 tokens")
    assert error["param"] == "messages"


def test_an_oversized_body_is_413_whether_or_not_it_says_so() -> None:
    big = body("x" * 1_100_000)
    assert ask(APP, big).status == 413
    assert ask(APP, headers={"content-length": "2000000"}).status == 413


def test_a_body_with_very_many_errors_is_refused_by_one_of_them() -> None:
    answer = ask(APP, {"model": MODEL, "messages": [{"role": "user"}] * 20_000})
    assert answer.status == 400
    assert answer.error["param"] == "messages[0].content"


def test_a_body_too_deep_to_be_looked_through_is_refused_in_words() -> None:
    deep: object = 1
    for _ in range(400):
        deep = {"a": deep}
    answer = ask(APP, {"a": deep})
    assert answer.status == 400
    assert "too deep" in answer.error["message"]


def test_what_a_client_sent_commands_no_terminal_in_a_message() -> None:
    answer = ask(APP, {**body("hi"), "model": "\x1b[2J\u202e"})
    assert answer.status == 404
    assert answer.error["message"].isprintable()
