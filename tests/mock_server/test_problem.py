"""Problems: every code the mock uses is the contract's, with its status and type."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import mock_server
from mock_server.problem import Problem, nearest, printable, quoted, taxonomy
from mock_server.window import Window

SOURCES = Path(mock_server.__file__).parent


def test_every_code_that_is_raised_stands_in_the_contract() -> None:
    raised = {
        code
        for source in SOURCES.glob("*.py")
        for code in re.findall(r'Problem\(\s*"(\w+)"', source.read_text())
    }
    assert len(raised) > 12
    assert raised <= taxonomy().keys()


def test_status_and_type_come_from_the_contract() -> None:
    problem = Problem("adapter_not_found", "No.", "lora")
    assert (problem.status, problem.type) == (404, "not_found")
    assert problem.document() == {
        "error": {
            "message": "No.",
            "type": "not_found",
            "param": "lora",
            "code": "adapter_not_found",
        }
    }


def test_a_changed_copy_keeps_what_was_not_changed() -> None:
    assert replace(Problem("invalid_value", "No.", "n"), status=200).type == "invalid_request_error"


def test_an_unknown_code_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        Problem("no_such_code", "No.")


def test_what_a_client_sent_is_repeated_quoted_and_cut() -> None:
    assert quoted("a\nb") == r"'a\nb'"
    assert len(quoted("x" * 10_000)) < 70
    assert nearest("modle", ["model", "lora"]) == " Did you mean 'model'?"
    assert nearest("zzz", ["model"]) == ""


@pytest.mark.parametrize(
    ("prompt", "ceiling", "room"),
    [(10, None, 4086), (10, 4096, 4086), (10, 5, 5), (4095, None, 1), (4095, 4096, 1)],
)
def test_an_answer_gets_the_ceiling_or_what_the_prompt_leaves(
    prompt: int, ceiling: int | None, room: int
) -> None:
    assert Window(4096).room(prompt, ceiling) == room


@pytest.mark.parametrize("prompt", [4096, 8192])
def test_a_prompt_that_fills_the_window_is_refused_with_both_numbers(prompt: int) -> None:
    with pytest.raises(Problem) as refused:
        Window(4096).room(prompt, 1)
    begins = "This model's maximum context length is 4096 tokens"
    assert refused.value.message.startswith(f"{begins}, and your messages resulted in {prompt}")


def test_of_a_prompt_that_is_far_too_long_the_least_is_told() -> None:
    with pytest.raises(Problem, match="resulted in at least 9000 tokens"):
        Window(4096).room(9000, 1)


def test_what_commands_a_terminal_is_spelled_out() -> None:
    assert printable("naïve 世界") == "naïve 世界"
    assert printable("a\x1b[2J\u202e\r\n") == r"a\x1b[2J\u202e\r\n"
