"""The control API as a whole: its token, its refusals, and how a page is found."""

from typing import Any

import pytest

from mock_server.app import App
from mock_server.control.page import BODY_LIMIT, known
from tests.mock_server.control.asking import TOKEN, control
from tests.mock_server.driving import exchange, mock


@pytest.fixture
def app() -> App:
    return mock(control_token=TOKEN)


def test_every_page_asks_for_the_token_before_anything_else(app: App) -> None:
    control(app, "GET", "ledger")
    pages = [one for one in known() if not one.public]
    assert len(pages) >= 10
    for page in pages:
        path = page.path.replace("{", "").replace("}", "")
        for token in ("", "guess", "sk-aig-mock", TOKEN[:-1], TOKEN + "x"):
            answer = control(app, page.method, path, b"{" * 10, token)
            assert (answer.status, answer.error["type"]) == (401, "authentication_error")


def test_a_mock_without_a_token_has_no_control() -> None:
    app = mock(control_token="")
    for token in ("", "x"):
        assert control(app, "GET", "ledger", token=token).status == 401


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "words"),
    [
        ("GET", "nothing", None, 404, "nothing lives here; try one of: "),
        ("GET", "nowhere/else", None, 404, "accounts/{account}/wallet"),
        ("DELETE", "ledger", None, 405, "this page takes GET"),
        ("PUT", "keys", {}, 405, "this page takes GET, POST"),
        ("POST", "keys", b"{", 400, "the body is not valid JSON: "),
        ("POST", "keys", b"[1]", 400, "the body must be a JSON object"),
        ("POST", "keys", b'{"account":"a","account":"b"}', 400, "stands twice"),
        ("POST", "keys", b" " * (BODY_LIMIT + 1), 413, "larger than 1048576 bytes"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_json(
    app: App, method: str, path: str, sent: Any, status: int, words: str
) -> None:
    answer = control(app, method, path, sent)
    assert answer.status == status
    assert words in answer.error["message"]
    assert answer.error.keys() == {"message", "type", "param", "code"}
    assert ("allow" in answer.headers) == (status == 405)


def test_the_head_of_a_page_can_be_asked_for(app: App) -> None:
    assert control(app, "HEAD", "ledger").status == 200


def test_the_control_api_is_none_of_the_contracts_paths(app: App) -> None:
    assert exchange(app, "GET", "/__gonogo__").error["code"] == "unknown_url"
