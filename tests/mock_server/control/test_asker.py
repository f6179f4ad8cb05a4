"""Who may ask the control API: no page of another origin, and nobody by a stranger's name."""

import socket

import pytest

from mock_server.control.asker import admit
from mock_server.control.page import Refused, known
from tests.mock_server.control.asking import TOKEN
from tests.mock_server.driving import exchange, mock

OWN = {"host": "127.0.0.1:8080"}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080",
        "192.168.1.7",
        "[::1]:8080",
        "[::ffff:127.0.0.1]:1",
        "localhost",
        "LOCALHOST:1",
        "app.localhost",
        "mock:8080",
        "gonogo.ci.example:443",
        "GONOGO.CI.EXAMPLE.",
        "",
        socket.gethostname(),
    ],
)
def test_it_answers_to_names_that_can_only_mean_this_machine_or_its_network(host: str) -> None:
    asked = {"host": host, "origin": f"http://{host}"}
    assert admitted(asked)
    assert not admitted({**asked, "origin": "http://evil.example"})


def admitted(headers: dict[str, str]) -> bool:
    try:
        admit(headers, "http", ("gonogo.ci.example",))
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io:8080",
        "0x7f.1",
        "127.1",
        "a.b\x1b[2J",
    ],
)
def test_a_name_that_was_rebound_to_this_machine_is_refused(host: str) -> None:
    with pytest.raises(Refused, match="does not answer to the name") as refused:
        admit({"host": host}, "http", ("gonogo.ci.example",))
    assert refused.value.status == 403
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "more",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:8080"},
        {"origin": "http://127.0.0.1:8081"},
        {"origin": "http://127.0.0.1:8080.evil.example"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    ],
)
def test_a_page_of_another_origin_gets_nothing_though_it_has_the_token(
    more: dict[str, str],
) -> None:
    app = mock(control_token=TOKEN)
    token = {"authorization": f"Bearer {TOKEN}"}
    answer = exchange(app, "GET", "/__gonogo__/ledger", None, {**OWN, **token, **more})
    assert (answer.status, answer.error["message"]) == (
        403,
        "the control API answers no page of another origin",
    )
    own = {"origin": "http://127.0.0.1:8080", "sec-fetch-site": "same-origin"}
    answer = exchange(app, "GET", "/__gonogo__/ledger", None, {**OWN, **token, **own})
    assert answer.status == 200


def test_public_pages_are_kept_from_strangers_too() -> None:
    app = mock(control_token=TOKEN)
    public = [page.path for page in known() if page.public and "{" not in page.path]
    assert public
    for path in public:
        stranger = {"host": "evil.example", "authorization": ""}
        assert exchange(app, "GET", f"/__gonogo__/{path}", None, stranger).status == 403
        linked = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", **OWN}
        answer = exchange(app, "GET", f"/__gonogo__/{path}", None, {**linked, "authorization": ""})
        assert answer.status == 200


def test_no_answer_is_kept_or_read_by_another_origin() -> None:
    app = mock(control_token=TOKEN)
    for token in (TOKEN, "guess"):
        headers = {"authorization": f"Bearer {token}"}
        answer = exchange(app, "GET", "/__gonogo__/ledger", None, headers)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers
