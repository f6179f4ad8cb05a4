"""Lint: steps that never answer, places that are not there, and the plan of what is fine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mock_server.cli import main
from tests.mock_server.driving import MODEL


def lint(tmp_path: Path, text: str) -> Result:
    file = tmp_path / "it.toml"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["lint", str(file)])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[[steps]]\nreply = {text = 'a'}\n[[steps]]\nmatch = {stream = true}",
            "step 2: is never reached: step 1 matches all its requests and never ends",
        ),
        (
            "[[steps]]\nname='x'\nmatch = {last = 'q'}\n[[steps]]\nname='y'\nmatch = {last = 'q'}",
            "step 2 (y): is never reached: step 1 (x) matches the same requests and never ends",
        ),
        (
            "[[steps]]\nmatch = {last = {contains = 'cat'}}\n"
            "[[steps]]\nmatch = {last = {contains = 'category'}, stream = true}",
            "step 2: is never reached",
        ),
        (
            "[[steps]]\nmatch = {last = {pattern = '^c.t'}}\n[[steps]]\nmatch = {last = 'cut off'}",
            "step 2: is never reached",
        ),
        (
            "[[steps]]\nmatch = {turns = {least = 2}}\n[[steps]]\nmatch = {turns = 3}",
            "step 2: is never reached",
        ),
        (
            "[[steps]]\nmatch = {header = {x = true}}\n[[steps]]\nmatch = {header = {X = 'y'}}",
            "step 2: is never reached",
        ),
        (
            "[[steps]]\nmatch = {operation = 'any'}\n[[steps]]\nmatch = {stream = true}",
            "step 2: is never reached",
        ),
        (
            "[[steps]]\nmatch = {operation = 'listModel'}\nreply = {status = 503}",
            "the contract has no operation 'listModel'. Did you mean 'listModels'?",
        ),
        (
            "[[steps]]\nmatch = {operation = 'createEmbedding'}\nreply = {text = 'x'}",
            "createEmbedding says no text; give its answer as `body`",
        ),
        (
            "[[steps]]\nmatch = {model = 'gpt-4o'}\nreply = {text = 'x'}",
            f"match.model: 'gpt-4o' is not served, so such a request is refused (404) before any "
            f"step is asked; the model is '{MODEL}'",
        ),
        (
            "[[steps]]\nreply = {text = 'One two.', cut = {event = 50}}",
            "cut: there is no event 50; the stream of this text has ",
        ),
        (
            "[[steps]]\nreply = {text = 'One two.', stall = {event = 2, byte = 5000, for = '1s'}}",
            "stall: event 2 of this text has ",
        ),
        (
            "[[steps]]\nreply = {status = 503, cut = {event = 3}}",
            "cut: a refusal or a body of its own has no events",
        ),
    ],
)
def test_what_can_never_do_what_it_says_is_found(tmp_path: Path, text: str, words: str) -> None:
    result = lint(tmp_path, text)
    assert result.exit_code == 1
    assert words in result.output
    assert "error: step" in result.output


@pytest.mark.parametrize(
    "text",
    [
        "[[steps]]\nreply = {text = 'a', times = 1}\n[[steps]]\nmatch = {stream = true}",
        "[[steps]]\nmatch = {stream = true}\n[[steps]]\nreply = {text = 'a'}",
        "[[steps]]\nmatch = {last = {contains = 'category'}}\n"
        "[[steps]]\nmatch = {last = {contains = 'cat'}}",
        "[[steps]]\nmatch = {turns = 3}\n[[steps]]\nmatch = {turns = {least = 2}}",
        "[[steps]]\nmatch = {turns = {most = 3}}\n[[steps]]\nmatch = {turns = {least = 2}}",
        "[[steps]]\nmatch = {header = {x = 'y'}}\n[[steps]]\nmatch = {header = {x = true}}",
        "[[steps]]\nmatch = {header = {x = true}}\n[[steps]]\nmatch = {header = {x = false}}",
        f"[[steps]]\nmatch = {{model = '{MODEL}:json'}}\n[[steps]]\nmatch = {{model = '{MODEL}'}}",
        "[[steps]]\nreply = {text = 'One two.', cut = {event = 3, byte = 20}}",
        "[[steps]]\nreply = {cut = {event = 500}}",
        "[[steps]]\nmatch = {operation = 'createCompletion'}\nreply = {text = 'x'}",
        "[[steps]]\nmatch = {operation = 'getJob'}\nreply = {status = 503}",
    ],
)
def test_what_is_fine_is_told_in_words(tmp_path: Path, text: str) -> None:
    result = lint(tmp_path, text)
    assert result.exit_code == 0, result.output
    assert "can be played" in result.output
    assert "otherwise: the engine answers" in result.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[[steps]]\nmatch = {last = {contains = 'weather'}}\n"
            "[[steps]]\nmatch = {last = {contains = 'Paris'}}",
            "note: step 2: overlaps step 1: a request may hold a text with 'Paris' in it and a "
            "text with 'weather' in it, and then the earlier step answers",
        ),
        (
            "[[steps]]\nreply = {duplicate = 2, drop = 'done'}",
            "note: step 1: `duplicate`, `drop` acts on streams only",
        ),
    ],
)
def test_what_may_not_be_meant_is_a_note_and_no_error(
    tmp_path: Path, text: str, words: str
) -> None:
    result = lint(tmp_path, text)
    assert result.exit_code == 0
    assert words in result.output


def test_the_last_event_of_a_text_can_be_cut_and_the_one_after_it_cannot(tmp_path: Path) -> None:
    for event, code in ((4, 0), (5, 1)):
        text = f"[[steps]]\nreply = {{text = 'hi', cut = {{event = {event}}}}}"
        result = lint(tmp_path, text)
        assert result.exit_code == code, result.output
        assert ("the stream of this text has 4" in result.output) == bool(code)


def test_a_plan_tells_a_sequence_with_its_places(tmp_path: Path) -> None:
    result = lint(
        tmp_path,
        """
        otherwise = "refuse"
        [[steps]]
        name = "rough"
        match = { stream = true, last = { pattern = "^hi" } }
        reply = { status = 429, retry_after = 2, times = 2 }
        then = [
          { cut = { event = 5, byte = 137 } },
          { stall = { event = 2, for = "30s" }, duplicate = 3, fault = "stream.done-present" },
          { text = "fine", cut = { byte = 9, how = "reset" }, times = "forever" },
        ]
        """,
    )
    assert result.exit_code == 0
    plan = result.output.splitlines()[1:]
    assert plan == [
        "  1. rough: stream is a stream and last is a text that matches '^hi'",
        "     429 (Retry-After 2) (2 times), then the engine with the connection closed after byte "
        "137 of event 5, then the engine with stream.done-present, a stall of 30 s after event 2, "
        "duplicate event 3, then the text 'fine' with a reset after byte 9 of the body for ever",
        "  -  otherwise: 404, refused",
    ]


def test_several_files_are_checked_and_the_worst_decides(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.toml"
    good.write_text("steps:\n- reply: {status: 503}", encoding="utf-8")
    bad.write_text("[[steps]]\nreply = {statu = 503}\n[[steps]]\nmatch = {}", encoding="utf-8")
    result = CliRunner().invoke(main, ["lint", str(good), str(bad), str(tmp_path / "none.toml")])
    assert result.exit_code == 2
    assert "good.yaml: 1 step can be played" in result.output
    assert "step 1: reply has no member 'statu'. Did you mean 'status'?" in result.output
    assert "step 2: match is {}" in result.output
    assert "none.toml cannot be read" in result.output
    assert "Traceback" not in result.output


def test_the_schema_is_printed_for_editors_and_no_file_is_wrong_use() -> None:
    printed = CliRunner().invoke(main, ["lint", "--schema"])
    assert (printed.exit_code, json.loads(printed.output)["title"]) == (0, "A gonogo-mock script")
    nothing = CliRunner().invoke(main, ["lint"])
    assert (nothing.exit_code, "say which script to check" in nothing.output) == (2, True)
