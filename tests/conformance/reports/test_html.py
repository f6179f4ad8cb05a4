"""The HTML report: one file, bounded, the same bytes again, and nothing of a gateway's runs."""

from __future__ import annotations

import builtins
from html.parser import HTMLParser
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.page import environment
from conformance.reports import ready, render
from tests.conformance.example_report import HOSTILE, conforming, document, large


class Reader(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_the_page_calls_nobody_and_has_one_script_of_its_own() -> None:
    reader = read(render("html", document()))
    assert reader.tags.count("script") == 1
    assert not {"img", "link", "iframe", "object", "embed", "base", "form"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name == "style"]
    links = [value or "" for name, value in reader.attributes if name in ("src", "href", "action")]
    assert links
    assert all(link.startswith("#") for link in links)


def test_every_id_stands_once_and_every_link_leads_somewhere() -> None:
    reader = read(render("html", document()))
    assert len(reader.ids) == len(set(reader.ids))
    targets = {value[1:] for name, value in reader.attributes if name == "href" and value}
    assert targets <= set(reader.ids)


def test_what_a_gateway_sent_is_text() -> None:
    page = render("html", document())
    assert "<script>window.pwned" not in page
    assert "&lt;script&gt;window.pwned" in page
    assert not set(page) & set("\u202e\u2066\u200b\x00\x1b")
    assert "⟨U+202E⟩" in read(page).text


@pytest.mark.parametrize("field", ["target", "model", "started", "interrupted"])
def test_the_header_is_escaped_too(field: str) -> None:
    hostile = document()
    hostile["run"][field] = HOSTILE
    assert read(render("html", hostile)).tags.count("script") == 1


def test_hostile_ids_reasons_capabilities_and_notes_are_escaped() -> None:
    hostile = document()
    hostile["capabilities"]["chat"]["words"] = HOSTILE
    hostile["rulings"][0]["reason"] = hostile["rulings"][0]["text"] = HOSTILE
    hostile["rulings"][3]["notes"][0] = {"text": HOSTILE, "evidence": HOSTILE}
    hostile["measurements"]["window"]["title"] = HOSTILE
    hostile["measurements"]["window"]["series"][0]["name"] = "$\\frac{" + HOSTILE
    reader = read(render("html", hostile))
    assert reader.tags.count("script") == 1
    assert "img" not in reader.tags


def test_a_run_of_five_thousand_exchanges_stays_under_three_megabytes() -> None:
    assert len(render("html", large()).encode()) < 3_000_000


def test_a_page_that_is_full_says_where_the_rest_is() -> None:
    page = render("html", large(300, broken=1))
    assert len(page.encode()) < 3_000_000
    assert "The page is full; the exchange is in the JSON report." in page


def test_what_is_broken_is_told_first_and_links_to_the_whole_story() -> None:
    page = render("html", document())
    assert page.index("What is broken") < page.index("What the gateway can do")
    assert '<a href="#stream.done-last">' in page
    assert "What is broken" not in render("html", conforming())


def test_a_run_without_findings_is_a_short_page() -> None:
    page = render("html", conforming())
    assert "Conforms" in page
    assert len(page.encode()) < 200_000


def test_an_empty_run_is_a_page() -> None:
    empty = conforming()
    empty.update(rulings=[], exchanges={}, measurements={}, capabilities={})
    assert "Not decided" in render("html", empty)


def test_without_matplotlib_the_page_has_no_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(monkeypatch, "matplotlib")
    page = render("html", document())
    assert "Measured on the way" not in page
    assert "stream.done-last" in page


def test_without_jinja2_the_install_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    environment.cache_clear()
    forbid(monkeypatch, "jinja2")
    with pytest.raises(UsageError, match=r"pip install 'gonogo\[report\]'"):
        ready("html")


def forbid(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """Make a package look as if it were not installed."""
    real = builtins.__import__

    def refusing(name: str, *arguments: Any, **keywords: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", refusing)
