"""What the contract declares for an answer, and what its schemas say of it."""

from __future__ import annotations

import pytest

from conformance import schema_check
from tests.conformance.answers import chunk, completion

GOOD = completion()


def test_an_operation_is_found_by_method_and_path() -> None:
    found = schema_check.operation_of("POST", "/chat/completions", False)
    assert found is not None
    assert found.id == "createChatCompletion"
    detail = schema_check.operation_of("GET", "/models/google/gemma-7b-it-lora", False)
    assert detail is not None
    assert detail.id == "getModel"
    assert schema_check.operation_of("GET", "/models?modality=text", False) is not None


@pytest.mark.parametrize(
    ("method", "path", "at_root"),
    [("GET", "/chat/completions", False), ("GET", "/nothing", False), ("GET", "/models", True)],
)
def test_what_the_contract_lacks_has_no_operation(method: str, path: str, at_root: bool) -> None:
    assert schema_check.operation_of(method, path, at_root) is None


def test_statuses_have_their_media_types() -> None:
    chat = schema_check.operation_of("POST", "/chat/completions", False)
    assert chat is not None
    assert schema_check.media_types(chat, 200) == ("application/json", "text/event-stream")
    assert schema_check.media_types(chat, 418) is None


def test_a_good_answer_obeys_and_a_bad_one_is_told_where() -> None:
    chat = schema_check.operation_of("POST", "/chat/completions", False)
    assert chat is not None
    good = {**GOOD, "model": "google/gemma-7b-it-lora"}
    assert schema_check.problem_of_body(chat, 200, good) is None
    bad = {**good, "usage": {**good["usage"], "total_tokens": "12"}}
    problem = schema_check.problem_of_body(chat, 200, bad)
    assert problem is not None
    assert problem[0] == "/usage/total_tokens"


def test_free_text_does_not_hide_a_wrong_kind_behind_a_known_shape() -> None:
    for content, obeys in (("one", True), ("two", True), (None, True), (5, False)):
        value = chunk({"content": content}, model="google/gemma-7b-it-lora")
        assert (schema_check.problem_of_component("ChatChunk", value) is None) is obeys


def test_a_negative_count_is_another_shape_than_a_good_one() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert schema_check.problem_of_component("Usage", usage) is None
    assert schema_check.problem_of_component("Usage", {**usage, "prompt_tokens": -3}) is not None


def test_members_that_no_schema_names_make_no_other_shape(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    validated: list[object] = []
    monkeypatch.setattr(schema_check, "_known", {})
    monkeypatch.setattr(schema_check, "_validated", lambda schema, value: validated.append(value))
    for number in range(20):
        value = {**chunk({"content": "x"}), f"x_{number}": number + 1}
        value["choices"][0]["index"] = number + 1
        schema_check.problem_of_component("ChatChunk", value)
    assert len(validated) == 1
    schema_check.problem_of_component("ChatChunk", {**value, "x_1": "text"})
    schema_check.problem_of_component("ChatChunk", {**value, "choices": 7})
    assert len(validated) == 3


def test_a_wrong_index_is_not_hidden_by_a_right_one() -> None:
    for index, obeys in ((1, True), (2, True), (-1, False), ("1", False), (None, False)):
        value = chunk({"content": "x"}, model="google/gemma-7b-it-lora")
        value["choices"][0]["index"] = index
        assert (schema_check.problem_of_component("ChatChunk", value) is None) is obeys


def test_a_hostile_value_is_a_problem_and_no_crash() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert schema_check.problem_of_component("ErrorBody", deep) is not None
