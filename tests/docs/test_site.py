"""The documentation site: whole, and without a link that leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from openapi import contract
from scripts.write_site import GENERATED, write

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "pages"
    write(folder)
    return folder


def test_every_requirement_has_a_page_with_its_sentence_and_its_lie(site: Path) -> None:
    for each in contract().requirements:
        chapter, _, slug = each.id.partition(".")
        text = (site / "requirements" / chapter / f"{slug}.md").read_text("utf-8")
        assert each.text in text
        assert ("## Not judged" in text) is bool(each.excluded)
        assert ("## The lie that it must catch" in text) is not bool(each.excluded)


def test_no_link_between_pages_leads_nowhere(site: Path) -> None:
    broken = []
    for page in site.rglob("*.md"):
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
            target = link.partition("#")[0]
            if target and "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(site)} → {link}")
    assert broken == []


def test_every_page_is_in_the_navigation(site: Path) -> None:
    document = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    shown = set(_leaves(document["nav"]))
    there = {str(path.relative_to(site)) for path in site.rglob("*.md")}
    there = {
        name
        for name in there
        if not name.startswith("requirements/") or name == "requirements/index.md"
    }
    assert there == shown
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - GENERATED <= there


def _leaves(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    if isinstance(nav, dict):
        return [leaf for each in nav.values() for leaf in _leaves(each)]
    return [leaf for each in nav for leaf in _leaves(each)]
