"""What the project stands on is pinned: each direct dependency, of every extra, to one version."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.rooms import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins() -> dict[str, Requirement]:
    """Return the pins by name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    read = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(one.name): one for one in read}


def needed() -> Iterator[tuple[str, Requirement]]:
    """Yield what is needed, and by which extra."""
    project = PROJECT["project"]
    tables = {
        "the project": project["dependencies"],
        "its building": PROJECT["build-system"]["requires"],
        **project["optional-dependencies"],
    }
    for extra, words in tables.items():
        for word in words:
            requirement = Requirement(word)
            if requirement.name != project["name"]:
                yield extra, requirement


@pytest.mark.parametrize("extra", ["the project", *PROJECT["project"]["optional-dependencies"]])
def test_each_direct_dependency_is_pinned_to_a_version_that_it_allows(extra: str) -> None:
    pinned = pins()
    for who, requirement in needed():
        if who == extra:
            pin = pinned.get(canonicalize_name(requirement.name))
            assert pin is not None, f"{requirement.name} of {extra} is not in constraints.txt"
            (version,) = (one.version for one in pin.specifier)
            assert requirement.specifier.contains(version, prereleases=True), f"{pin} of {extra}"


def test_every_pin_is_one_version_and_none_comes_from_an_address() -> None:
    for pin in pins().values():
        assert [one.operator for one in pin.specifier] == ["=="], pin
        assert pin.url is None
