"""Packs: found in their folder, complete, and refused in a sentence where they are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mock_server import engines
from mock_server.cli import main
from mock_server.grading.pack import SHIPPED, PackError, load, names
from mock_server.grading.rule import rules
from mock_server.scripts.linting import Weight, remarks
from mock_server.scripts.reading import script
from openapi import contract
from tests.mock_server.driving import TOKENS


def test_every_rule_is_taught_by_some_scenario() -> None:
    asked = {
        identity
        for name in names()
        for scenario in load(name).scenarios
        for identity in scenario.judges
    }
    assert asked | {one.id for one in rules().values() if one.always} == set(rules())


@pytest.mark.parametrize("name", names())
def test_a_shipped_pack_says_what_it_teaches_and_its_scripts_can_do_what_they_say(
    name: str,
) -> None:
    pack = load(name)
    assert pack.teaches.endswith(".")
    engine = engines.build("seeded", TOKENS)
    for scenario in pack.scenarios:
        assert scenario.teaches.endswith(".")
        found = list(remarks(script(scenario.script, "x"), contract(), engine, TOKENS))
        assert [str(one) for one in found if one.weight is Weight.ERROR] == []
        steps: list[Any] = scenario.script["steps"]
        says = {step["reply"].get("text") for step in steps if step["name"] == "whole"}
        assert not scenario.says or says == {scenario.says}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "p.toml holds no \\[\\[scenarios\\]\\]"),
        ("[", "p.toml is not TOML"),
        ("[[scenarios]]\nname = 'x'", "p/x: 'teaches' is missing"),
        ("[[scenarios]]\nname = 'x'\njugdes = []", "no member 'jugdes'. Did you mean 'judges'?"),
        (
            "[[scenarios]]\nname='x'\nteaches='y'\njudges=['retry.ens']\nscript={steps=[{}]}",
            "there is no rule 'retry.ens'. Did you mean 'retry.ends'?",
        ),
        (
            "[[scenarios]]\nname='x'\nteaches='y'\njudges=[]\nscript={steps=[{rply=1}]}",
            "p/x: its script cannot be played: step 1: has no member 'rply'",
        ),
    ],
)
def test_a_pack_that_cannot_be_used_is_refused_in_a_sentence(
    tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "p.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=words):
        load(str(file))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--pack", "retrys", "--", "true"], "Did you mean 'retries'?"),
        (["--pack", "none.toml", "--", "true"], "none.toml cannot be read"),
        (["--pack", "keys"], "say which command to grade"),
        (["--pack", "keys", "--", "no-such-command-here"], "no-such-command-here cannot be run"),
        (["--report", "xml=x", "--", "true"], "write FORMAT=PATH with one of json, junit, text"),
        (["--report", "json=nowhere/x", "--", "true"], "there is no such folder"),
    ],
)
def test_wrong_use_is_told_in_a_sentence_and_exits_2(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(main, ["grade", *arguments])
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


def test_packs_are_listed_with_what_they_teach() -> None:
    result = CliRunner().invoke(main, ["grade", "--list-packs"])
    assert result.exit_code == 0
    assert [line for line in result.output.splitlines() if not line.startswith(" ")] == [
        f"{name}: {load(name).teaches}" for name in names()
    ]
    assert len(list(SHIPPED.iterdir())) == len(names())
