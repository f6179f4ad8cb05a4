"""Adapters are loaded, listed and unloaded through the control API."""

from pathlib import Path
from typing import Any

import pytest

from mock_server.app import App
from tests.mock_server.driving import MODEL, Answer, Counting, exchange, mock

TOKEN = "let-me-in"


class Changing(Counting):
    """An engine whose adapters change."""

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ("pirate",)

    def adapters(self) -> tuple[str, ...]:
        return self.names

    def load_adapter(self, name: str, path: Path) -> None:
        if path != Path("good"):
            raise ValueError(f"{path.name} is no adapter")
        self.names = (*self.names, name)

    def unload_adapter(self, name: str) -> None:
        self.names = tuple(one for one in self.names if one != name)


def control(app: App, method: str, path: str = "", sent: Any = None, token: str = TOKEN) -> Answer:
    headers = {"authorization": f"Bearer {token}"}
    return exchange(app, method, f"/__gonogo__/adapters{path}", sent, headers)


@pytest.fixture
def app() -> App:
    return mock(Changing(), control_token=TOKEN)


def test_adapters_are_listed(app: App):
    assert control(app, "GET").document == {"adapters": ["pirate"]}


def test_a_loaded_adapter_is_served_at_once_and_an_unloaded_one_no_more(app: App):
    loaded = control(app, "POST", sent={"name": "mine", "path": "good"})
    assert (loaded.status, loaded.document) == (200, {"adapters": ["pirate", "mine"]})
    assert exchange(app, "GET", f"/v1/models/{MODEL}:mine").document["parent"] == MODEL
    assert control(app, "DELETE", "/mine").document == {"adapters": ["pirate"]}
    gone = exchange(app, "POST", "/v1/chat/completions", asked(f"{MODEL}:mine"))
    assert (gone.status, gone.error["code"]) == (404, "adapter_not_found")


def asked(model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"name": "mine", "path": "bad"}, "bad is no adapter"),
        ({"name": "a/b", "path": "good"}, "'a/b' is no name for an adapter"),
        ({"name": "mine"}, 'the body must be {"name": ..., "path": ...}'),
        (b"[]", "the body must be a JSON object, such as {...}"),
    ],
)
def test_what_cannot_be_loaded_is_refused_in_one_sentence(app: App, sent: Any, sentence: str):
    answer = control(app, "POST", sent=sent)
    assert (answer.status, answer.error["message"]) == (400, sentence)
    assert control(app, "GET").document == {"adapters": ["pirate"]}


def test_an_engine_with_fixed_adapters_says_so():
    app = mock(control_token=TOKEN)
    answer = control(app, "DELETE", "/pirate")
    assert (answer.status, answer.error["message"]) == (
        400,
        "the counting engine's adapters are fixed",
    )


def test_nothing_changes_without_the_token(app: App):
    answer = control(app, "DELETE", "/pirate", token="guess")
    assert answer.status == 401
    assert control(app, "GET").document == {"adapters": ["pirate"]}
