"""The inspector's files: public, policed, and telling nothing of the mock; and what they ask."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from mock_server.control.inspector import SCRIPTS
from tests.mock_server.driving import Answer, ask, body, exchange, mock

TOKEN = "let-me-in"
FILES = resources.files("mock_server.inspector")


def get(path: str, token: str = "") -> Answer:
    app = mock(control_token=TOKEN, faults=("usage.adds-up",))
    ask(app, body("a secret text"))
    return exchange(app, "GET", f"/__gonogo__/{path}", headers={"authorization": token})


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "text/html"),
        ("inspector/page.css", "text/css"),
        *[(f"inspector/{name}.js", "text/javascript") for name in sorted(SCRIPTS)],
        ("inspector/..%2F..%2Fapp.js", "text/javascript"),
    ],
)
def test_a_file_is_public_and_policed_and_tells_nothing(path: str, kind: str) -> None:
    answer = get(path)
    assert answer.status == 200
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(rb"secret|usage\.adds-up|let-me-in|sk-aig", answer.body)


def test_every_script_is_a_file_and_every_file_of_the_page_is_served() -> None:
    names = {entry.name for entry in FILES.iterdir()}
    assert {f"{name}.js" for name in SCRIPTS} == {name for name in names if name.endswith(".js")}
    page = FILES.joinpath("page.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|style=|https?://", page)
    scripts = "".join(FILES.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    assert not re.search(
        r"innerHTML|insertAdjacentHTML|document\.write|eval\(|https?://(?!www\.w3)", scripts
    )


def test_what_it_asks_for_asks_for_the_token() -> None:
    for path in ("about", "behaviours", "live", "journal", "accounts", "scripts", "card"):
        assert get(path).status == 401
        assert get(path, f"Bearer {TOKEN}").status == 200


def test_about_tells_what_the_mock_is() -> None:
    told = get("about", f"Bearer {TOKEN}").document
    assert told["engine"] == "counting 1"
    assert told["faults"] == ["usage.adds-up"]
    assert told["prices"] == {"input": 80, "output": 160}
    listed = get("behaviours", f"Bearer {TOKEN}").document
    assert listed["faults"]["usage.adds-up"]
    assert listed["variants"]["crlf"]
