"""The report in a real chromium: nothing hostile runs, filters work from the keyboard, it fits."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.matrices import render as render_matrix
from conformance.matrix import compared
from conformance.reports import render
from tests.conformance.example_report import SCRIPT, document, large

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
)

if CHROMIUM is None and "CI" not in os.environ:
    pytest.skip("no chromium on this machine", allow_module_level=True)

Open = Callable[[str, int], "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM is not None, "CI is set, and there is no chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield running
        running.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    pages = []

    def load(page_text: str, width: int = 1200) -> Page:
        file = tmp_path / "report.html"
        file.write_text(page_text, encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900})
        pages.append(page)
        page.goto(file.as_uri())
        return page

    yield load
    for page in pages:
        page.close()


def shown(page: Page) -> int:
    return page.locator(".ruling:visible").count()


def test_nothing_a_gateway_sent_runs_and_nothing_is_fetched(opened: Open, browser: Browser) -> None:
    page = opened("<p>", 1200)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    file = Path(page.url.removeprefix("file://"))
    file.write_text(render("html", document()), encoding="utf-8")
    page.goto(page.url)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("window.pwned") is None
    assert complaints == []
    assert [url for url in asked if not url.startswith("file:")] == []


def test_the_policy_stops_even_markup_that_was_not_escaped(opened: Open) -> None:
    broken = render("html", document()).replace("</main>", f"{SCRIPT}</main>")
    page = opened(broken, 1200)
    page.wait_for_load_state()
    assert page.evaluate("window.pwned") is None


def test_search_and_filters_work_from_the_keyboard(opened: Open) -> None:
    page = opened(render("html", document()), 1200)
    assert shown(page) == 13
    page.keyboard.press("/")
    page.keyboard.type("stack trace")
    assert shown(page) == 1
    assert page.locator("output").text_content() == "1 of 13 shown"
    page.keyboard.press("Escape")
    assert shown(page) == 13
    page.get_by_role("button", name="fail").focus()
    page.keyboard.press("Space")
    assert shown(page) == 2
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.locator(".ruling[open] .finding").count() == 2
    page.get_by_role("button", name="MUST").press("Enter")
    page.get_by_label("Chapter").select_option("billing")
    assert page.locator(".none").is_visible()


def test_a_link_to_a_requirement_opens_it(opened: Open) -> None:
    page = opened(render("html", document()), 1200)
    page.get_by_role("link", name="models.listed").click()
    page.wait_for_selector("[id='models.listed'][open]")
    assert page.locator("[id='models.listed'] .why").is_visible()


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_the_page_fits_every_width(opened: Open, width: int) -> None:
    page = opened(render("html", document()), width)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_matrix_is_filtered_to_what_differs(opened: Open) -> None:
    other = document()
    other["run"]["target"] = f"https://{SCRIPT}/v1"
    other["rulings"][0]["verdict"] = "FAIL"
    page = opened(render_matrix("html", compared([document(), other])), 390)
    assert page.locator("tr.ruling:visible").count() == 13
    page.get_by_role("button", name="differs").press("Enter")
    assert page.locator("tr.ruling:visible").count() == 1
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_printing_shows_what_went_wrong(opened: Open) -> None:
    page = opened(render("html", document()), 1200)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".finding").first.is_visible()
    assert not page.locator(".tools").is_visible()


def test_the_largest_page_answers_the_keyboard_at_once(opened: Open) -> None:
    page = opened(render("html", large()), 1200)
    page.keyboard.press("/")
    page.keyboard.type("rule-149 ")
    assert shown(page) == 1
