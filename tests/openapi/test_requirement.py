"""Requirement entries: what is read, and what is refused with a hint."""

from typing import Any

import pytest

from openapi import ContractError, Level, Scope
from openapi.requirement import collect

GOOD: dict[str, Any] = {
    "id": "stream.done-last",
    "level": "MUST",
    "text": "Nothing follows\n  the sentinel.",
    "source": "somewhere",
    "why": "clients hang",
}


def entry(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**GOOD, **changes}.items() if value is not None}


def document(*entries: Any) -> dict[str, Any]:
    return {"paths": {"/a/b": {"x-requirements": list(entries)}}}


def test_an_entry_is_read_whole() -> None:
    (found,) = collect(document(entry(when=["streaming"], defects=["A03"], rows=["E05"])))
    assert found.chapter == "stream"
    assert found.text == "Nothing follows the sentinel."
    assert found.levels == {Scope.ANY: Level.MUST, Scope.GATEWAY: Level.MUST}
    assert (found.when, found.defects, found.rows) == (("streaming",), ("A03",), ("E05",))
    assert found.pointer == "/paths/~1a~1b/x-requirements/0"


def test_a_level_may_differ_by_scope_and_be_missing_in_one() -> None:
    first, second = collect(
        document(
            entry(level={"any": "SHOULD", "gateway": "MUST"}),
            entry(id="stream.other", level={"gateway": "MAY"}),
        )
    )
    assert first.level(Scope.ANY) is Level.SHOULD
    assert second.level(Scope.ANY) is None
    assert second.level(Scope.GATEWAY) is Level.MAY


def test_an_excluded_entry_needs_no_level() -> None:
    (found,) = collect(document(entry(level=None, why=None, excluded="cannot be seen")))
    assert found.excluded == "cannot be seen"
    assert found.levels == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (entry(lvel="MUST"), "unknown key 'lvel' in a requirement; did you mean 'level'?"),
        (entry(zzz=1), "known keys: id, level"),
        (entry(id="streams.done"), "'streams.done' is not `chapter.slug`"),
        (entry(id="stream.Done"), "is not `chapter.slug`"),
        (entry(id="stream"), "is not `chapter.slug`"),
        (entry(id=None), "is not `chapter.slug`"),
        (entry(level="OUGHT"), "write `MUST`, or"),
        (entry(level={"all": "MUST"}), "write `MUST`, or"),
        (entry(level=None), "lacks 'level'"),
        (entry(text=None), "lacks 'text'"),
        (entry(source=""), "lacks 'source'"),
        (entry(why=None), "lacks 'why'"),
        (entry(level=None, text=None, excluded="x"), "lacks 'text'"),
        ("a string", "must be a mapping"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place_and_a_hint(wrong: Any, said: str) -> None:
    with pytest.raises(ContractError) as refused:
        collect(document(wrong))
    assert str(refused.value).startswith("/paths/~1a~1b/x-requirements/0: ")
    assert said in str(refused.value)


def test_an_id_may_stand_once() -> None:
    with pytest.raises(ContractError, match="stands twice, at /x-requirements/0 and /y/"):
        collect({"x-requirements": [entry()], "y": {"x-requirements": [entry()]}})


@pytest.mark.parametrize("wrong", [{"id": "x"}, 1, None, "text"])
def test_requirements_are_a_list(wrong: object) -> None:
    with pytest.raises(ContractError, match="must be a list of entries"):
        collect({"info": {"x-requirements": wrong}})


def test_a_shared_node_is_read_once() -> None:
    shared = {"x-requirements": [entry()]}
    assert len(collect({"a": shared, "b": [shared, shared]})) == 1


def test_a_node_within_itself_ends() -> None:
    loop: dict[str, Any] = {"x-requirements": [entry()]}
    loop["self"] = [loop]
    assert len(collect(loop)) == 1


def test_ten_thousand_levels_are_walked() -> None:
    node: dict[str, Any] = {"x-requirements": [entry()]}
    for _ in range(10_000):
        node = {"in": node}
    assert len(collect(node)) == 1


def test_requirements_come_in_reading_order() -> None:
    names = [f"stream.n{index}" for index in range(6)]
    found = collect(
        {
            "a": {"x-requirements": [entry(id=names[0]), entry(id=names[1])]},
            "b": [{"c": {"x-requirements": [entry(id=names[2])]}, "d": 1}],
            "x-requirements": [entry(id=names[3])],
            "e": {
                "f": {"x-requirements": [entry(id=names[4])]},
                "x-requirements": [entry(id=names[5])],
            },
        }
    )
    assert [each.id for each in found] == names
