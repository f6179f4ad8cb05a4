"""Reading: a script that is wrong is refused with all that is wrong with it, in sentences."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from mock_server.cli import main
from mock_server.scripts import reading
from mock_server.scripts.reading import ScriptError, parse
from tests.mock_server.scripts.playing import play, said

SCHEMA = json.loads((Path(reading.__file__).parent / "script.schema.json").read_text())


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("", ["steps is required and missing. Add it."]),
        ("steps = []", ["steps is []; it must hold at least 1."]),
        ("[[steps]\n", ["the script is not TOML: Expected ']]' at the end"]),
        (
            "[[steps]]\nname = 'a'\nreplyy = {status = 500}\n[steps.match]\nmodle = 'x'",
            [
                "step 1 (a): has no member 'replyy'. Did you mean 'reply'?",
                "step 1 (a): match has no member 'modle'. Did you mean 'model'?",
            ],
        ),
        (
            "[[steps]]\nreply = {status = 99}\nthen = [{cut = {event = -1}}, {times = 'never'}]",
            [
                "step 1: reply.status is 99; it must be at least 200.",
                "step 1: then[0].cut.event is -1; it must be at least 0.",
                "step 1: then[1].times is 'never', which does not match ^forever$.",
            ],
        ),
        (
            "[[steps]]\nmatch = {last = {pattern = '('}}\n[[steps]]\nreply = {fault = 'nope'}\n"
            "[[steps]]\nreply = {pace = {jitter = 'gauss'}}",
            [
                "step 1: match.last.pattern is no regular expression",
                "step 2: reply.fault is wrong: there is no fault 'nope'.",
                "step 3: reply.pace.jitter is wrong: there is no jitter 'gauss'",
            ],
        ),
        (
            "[[steps]]\nreply = {status = 500, text = 'x'}",
            ["step 1: reply is both text and status; choose one"],
        ),
        (
            "[[steps]]\nreply = {text = 'x', code = 'y'}",
            ["step 1: reply.code belongs to a status, and to no body of its own"],
        ),
        (
            "[[steps]]\nreply = {status = 204}",
            ["step 1: reply.status is no refusal; say what comes with it as `body`"],
        ),
        (
            "[[steps]]\nreply = {cut = {event = 0, byte = 3}}",
            ["step 1: reply.byte is impossible: there are no bytes before the first event"],
        ),
        (
            "[[steps]]\nreply = {times = 'forever'}\nthen = [{status = 500}]",
            ["step 1: then[0] is never reached: what comes before it has no end"],
        ),
        (
            "[[steps]]\nrepeat = true\nreply = {status = 500}",
            ["step 1: repeat says nothing: the last reply has no end"],
        ),
        (
            "[[steps]]\nmatch = {turns = {least = 3, most = 2}}",
            ["step 1: match.turns: no number is at least 3 and at most 2"],
        ),
        (
            "[[steps]]\nreply = {headers = {x-a = true}}",
            ["step 1: reply.headers sets no header to true"],
        ),
        ("[[steps]]\nreply = {fixture = '../../etc/passwd'}", ["lies outside the folder"]),
        ("[[steps]]\nreply = {fixture = 'none.txt'}", ["reply.fixture cannot be read: No such"]),
        ("[[steps]]\nreply = {stall = {for = 'ages'}}", ["reply.stall.for 'ages' is no duration"]),
        ("[[steps]]\nreply = {finish = 'stop'}", ["reply.finish belongs to a text"]),
    ],
)
def test_everything_that_is_wrong_is_said_at_once(
    tmp_path: Path, text: str, complaints: list[str]
) -> None:
    with pytest.raises(ScriptError) as caught:
        parse(text, ".toml", "x", tmp_path)
    told = [str(each) for each in caught.value.complaints]
    assert len(told) == len(complaints)
    assert all(part in line for part, line in zip(complaints, told, strict=True)), told


def test_toml_and_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    toml = "[[steps]]\nname = 'a'\nreply = {text = 'x', times = 2}"
    yaml = "steps:\n  - name: a\n    reply: {text: x, times: 2}"
    as_json = json.dumps({"steps": [{"name": "a", "reply": {"text": "x", "times": 2}}]})
    scripts = [
        parse(text, suffix, "n")
        for text, suffix in ((toml, ".toml"), (yaml, ".yaml"), (yaml, ".yml"), (as_json, ".json"))
    ]
    assert len({script.digest for script in scripts}) == 1


@pytest.mark.parametrize(
    ("text", "suffix", "words"),
    [
        ("a: [", ".yaml", "not readable as YAML or JSON"),
        ("steps: 2026-01-01", ".yaml", "must be an array"),
        ("steps:\n- &a\n  then: [*a]", ".yaml", "an alias refers to what it stands in"),
        ("x = 2026-01-01T00:00:00", ".toml", "has no member 'x'"),
        ("x = nan", ".toml", "has no member 'x'"),
        ("x", ".txt", "a script is TOML or YAML, not '.txt'"),
    ],
)
def test_what_is_no_script_at_all_is_said_so(text: str, suffix: str, words: str) -> None:
    with pytest.raises(ScriptError, match=words):
        parse(text, suffix, "x")


def test_the_published_schema_is_a_schema_and_describes_every_member() -> None:
    jsonschema_rs.meta.validate(SCHEMA)
    nameless = [
        name
        for definition in ("step", "match", "reply", "pace")
        for name, member in SCHEMA["$defs"][definition]["properties"].items()
        if not member
    ]
    assert nameless == []


def test_fixtures_are_texts_recorded_answers_and_recorded_streams(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("From a file.\n", encoding="utf-8")
    choice = {"message": {"content": "Recorded."}, "finish_reason": "length", "index": 0}
    (tmp_path / "whole.json").write_text(json.dumps({"choices": [choice]}), encoding="utf-8")
    deltas: list[dict[str, Any]] = [
        {"role": "assistant"},
        {"content": "Stre"},
        {"content": "amed."},
    ]
    stream = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in stream] + [": hi\n\ndata: [DONE]\n\n"]
    (tmp_path / "stream.sse").write_text("".join(lines), encoding="utf-8")
    app = play(
        tmp_path,
        """
        [[steps]]
        reply = { fixture = "plain.txt" }
        then = [{ fixture = "whole.json" }, { fixture = "stream.sse" }]
        """,
    )
    assert [said(app) for _ in range(3)] == ["From a file.", "Recorded.", "Streamed."]


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("a.json", b"{", "is no JSON"),
        ("a.json", b"[]", "is no recorded answer"),
        ("a.json", b'{"choices": []}', "holds no choice"),
        ("a.sse", b"data: {}\n\n", "is no recorded answer"),
        ("a.txt", b"\xff", "is not UTF-8"),
    ],
)
def test_a_fixture_that_holds_no_answer_is_refused(
    tmp_path: Path, name: str, raw: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(ScriptError, match=f"reply.fixture {words}"):
        parse(f"[[steps]]\nreply = {{fixture = '{name}'}}", ".toml", "x", tmp_path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    os.symlink(tmp_path / "secret.txt", inside / "link.txt")
    with pytest.raises(ScriptError, match="lies outside"):
        parse("[[steps]]\nreply = {fixture = 'link.txt'}", ".toml", "x", inside)


def test_a_mock_does_not_start_with_a_script_that_cannot_be_played(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text("[[steps]]\nreply = {statu = 500}", encoding="utf-8")
    for path, words in (
        (file, "Did you mean 'status'?"),
        (tmp_path / "none.toml", "cannot be read"),
    ):
        result = CliRunner().invoke(main, ["serve", "--port", "0", "--script", str(path)])
        assert result.exit_code == 2
        assert words in result.output
        assert str(tmp_path) not in result.output
