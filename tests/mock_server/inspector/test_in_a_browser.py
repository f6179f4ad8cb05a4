"""The inspector in a real chromium: it shows what happens, by mouse and by keyboard, and runs
nothing that was sent."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import IncompleteRead
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mock_server.app import build
from mock_server.beside import running
from mock_server.settings import Settings
from mock_server.testing import Mock

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
)
HOSTILE = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>"
MODEL = "google/gemma-7b-it-lora"

if CHROMIUM is None and "CI" not in os.environ:
    pytest.skip("no chromium on this machine", allow_module_level=True)

Look = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM is not None, "CI is set, and there is no chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield launched
        launched.close()


@pytest.fixture
def mock() -> Iterator[Mock]:
    """A traced mock."""
    with running(build(Settings(trace=True, control_token="let-me-in"))) as port:
        root = f"http://127.0.0.1:{port}"
        yield Mock(f"{root}/v1", "sk-aig-mock", f"{root}/__gonogo__/", "let-me-in")


@pytest.fixture
def look(browser: Browser, mock: Mock) -> Iterator[Look]:
    pages = []

    def opened(token: str = "#let-me-in", width: int = 1400) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 1000})
        pages.append(page)
        page.set_default_timeout(10_000)
        page.goto(f"{mock.url.removesuffix('v1')}__gonogo__/{token}")
        return page

    yield opened
    for page in pages:
        page.close()


def ask(mock: Mock, content: str = "hi", path: str = "/chat/completions", **members: Any) -> int:
    """Send a request, and return its status."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": content}], **members}
    headers = {"authorization": f"Bearer {mock.key}", "content-type": "application/json"}
    url = mock.url + urllib.request.quote(path)  # type: ignore[attr-defined]
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer, contextlib.suppress(IncompleteRead):
            answer.read()
        return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_nothing_is_shown_without_the_token_and_all_with_it(look: Look, mock: Mock) -> None:
    ask(mock)
    page = look("")
    page.get_by_label("Token").wait_for()
    assert not page.locator("main").is_visible()
    page.get_by_label("Token").fill("guess")
    page.get_by_label("Token").press("Enter")
    page.get_by_role("alert").filter(has_text="asks for its own token").wait_for()
    page.get_by_label("Token").fill("let-me-in")
    page.get_by_label("Token").press("Enter")
    page.locator("#requests tbody tr").wait_for()
    assert MODEL in page.locator("#about").inner_text()


def test_the_token_does_not_stay_in_the_address(look: Look) -> None:
    page = look()
    page.locator("main").wait_for()
    assert "let-me-in" not in page.url


def test_a_request_is_shown_with_its_step_tokens_cost_and_events(look: Look, mock: Mock) -> None:
    mock.script({"steps": [{"name": "greeting", "reply": {"text": "One two three."}}]})
    ask(mock, stream=True)
    page = look()
    row = page.locator("#requests tbody tr")
    row.wait_for()
    (line,) = mock.journal
    told = row.inner_text()
    assert "/v1/chat/completions (stream)" in told
    assert "greeting" in told
    assert f"{line['prompt_tokens']} + {line['completion_tokens']}" in told
    assert f"${line['cost'] / 1e9:.9f}".rstrip("0") in told
    row.click()
    detail = page.locator("#detail")
    detail.locator("#why .answers").wait_for()
    writes = line["trace"]["writes"]
    assert detail.locator("#axis .tick").count() == len(writes)
    assert detail.locator("#events li").count() == len(writes)
    assert "data: [DONE]" in detail.locator("#events").inner_text()
    assert detail.get_by_role("img", name=f"{len(writes)} writes in").is_visible()
    assert "main 1. greeting answered" in detail.locator("#why").inner_text()


def test_a_live_stream_is_shown_while_it_runs(look: Look, mock: Mock) -> None:
    mock.script({"steps": [{"reply": {"pace": {"between_tokens": "150ms"}}}]})
    asking = threading.Thread(target=lambda: ask(mock, stream=True, max_tokens=40))
    asking.start()
    page = look()
    page.locator("#requests .live").filter(has_text="writes, live").wait_for()
    asking.join()
    page.locator("#requests .s2").filter(has_text="200").wait_for()
    assert page.locator("#requests .live").count() == 0


def test_the_next_fault_is_injected_by_a_button_and_by_name(look: Look, mock: Mock) -> None:
    page = look()
    page.get_by_role("button", name="429, Retry-After 2").click()
    page.locator("#injected").filter(has_text="429, Retry-After 2, once").wait_for()
    assert [ask(mock), ask(mock)] == [429, 200]
    page.get_by_label("times").fill("2")
    page.get_by_label("or a fault").fill("errors.malformed-not-2xx")
    page.get_by_role("button", name="Inject").click()
    page.locator("#injected").filter(has_text="2 times").wait_for()
    page.locator("#scripts").filter(has_text="errors.malformed-not-2xx").wait_for()
    page.get_by_role("button", name="Clear").click()
    page.locator("#scripts").filter(has_text="No script is set.").wait_for()
    page.get_by_label("or a fault").fill("no.such-fault")
    page.get_by_role("button", name="Inject").click()
    page.locator("#state").filter(has_text="there is no fault 'no.such-fault'").wait_for()


def test_wallets_and_limits_are_changed_by_buttons(look: Look, mock: Mock) -> None:
    page = look()
    page.get_by_role("button", name="Drain: mock").click()
    account = page.locator("#accounts tr").filter(has=page.get_by_text("mock", exact=True))
    account.filter(has_text="$0").wait_for()
    assert ask(mock) == 402
    page.get_by_role("button", name="Top up 1 USD: mock").click()
    account.filter(has_text="$1").wait_for()
    assert ask(mock) == 200
    small = page.locator("#accounts tr").filter(has=page.get_by_text("small", exact=True))
    small.filter(has_text="5 of 5").wait_for()
    page.get_by_role("button", name="Use up limits: small").click()
    small.filter(has_text="0 of 5").wait_for()
    page.get_by_role("button", name="Refill limits: small").click()
    small.filter(has_text="5 of 5").wait_for()


def test_everything_can_be_done_from_the_keyboard(look: Look, mock: Mock) -> None:
    for content in ("one", "two", "three"):
        ask(mock, content)
    ask(mock, temperature=9)
    page = look()
    rows = page.locator("#requests tbody tr")
    page.wait_for_function("document.querySelectorAll('#requests tbody tr').length === 4")
    page.keyboard.press("/")
    page.keyboard.type("invalid_value")
    page.wait_for_function("document.querySelectorAll('#requests tbody tr').length === 1")
    assert page.locator("#state").inner_text() == "1 of 4 shown"
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelectorAll('#requests tbody tr').length === 4")
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = rows.nth(1).get_attribute("data-id")
    assert page.evaluate("document.activeElement.dataset.id") == chosen
    page.wait_for_timeout(1500)  # the rows are made anew, and the focus stays
    assert page.evaluate("document.activeElement.dataset.id") == chosen
    page.keyboard.press("Enter")
    assert page.locator("#detail-title").inner_text() == chosen
    assert page.evaluate("document.activeElement.id") == "detail-title"
    page.keyboard.press("Escape")
    assert not page.locator("#detail").is_visible()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="429, Retry-After 2").focus()
    page.keyboard.press("Enter")
    page.locator("#injected").filter(has_text="once").wait_for()
    assert ask(mock) == 429


def test_nothing_that_was_sent_runs(look: Look, mock: Mock) -> None:
    name = HOSTILE[:90]
    step = {"name": name, "match": {"last": {"contains": HOSTILE}}, "reply": {"text": HOSTILE}}
    mock.script({"steps": [step, {"name": name, "reply": {"status": 418, "code": HOSTILE}}]})
    ask(mock, HOSTILE, stream=True)
    ask(mock, f"{HOSTILE[:30]} other")
    ask(mock, path=f"/{HOSTILE}")
    page = look()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.wait_for_function("document.querySelectorAll('#requests tbody tr').length === 3")
    for number in range(3):
        page.locator("#requests tbody tr").nth(number).click()
        page.locator("#why p").first.wait_for()
    assert page.locator("#main img, #main script").count() == 0
    assert page.evaluate("window.pwned") is None
    assert HOSTILE in page.locator("#requests").inner_text()
    assert complaints == []
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=pwned=1>')")
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize("width", [390, 820, 1400])
def test_the_page_fits_every_width(look: Look, mock: Mock, width: int) -> None:
    mock.script(
        {
            "steps": [
                {
                    "name": "rough start",
                    "match": {"stream": True},
                    "reply": {"status": 429},
                    "then": [{"cut": {"event": 5, "byte": 137}}],
                }
            ]
        }
    )
    for stream in (True, True, False):
        ask(mock, stream=stream)
    ask(mock, stream=True, max_tokens=30)
    page = look(width=width)
    page.locator("#requests tbody tr").first.click()
    page.locator("#events li").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if folder := os.environ.get("GONOGO_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"inspector-{width}.png", full_page=True)
