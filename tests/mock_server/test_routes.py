"""Routes: paths of the contract, with ids that hold slashes."""

import pytest

from mock_server.routes import Routes
from openapi import contract

ROUTES = Routes(contract().operations)


@pytest.mark.parametrize(
    ("path", "method", "operation"),
    [
        ("/v1/chat/completions", "POST", "createChatCompletion"),
        ("/v1/models", "GET", "listModels"),
        ("/v1/models", "HEAD", "listModels"),
        ("/v1/models/google/gemma-7b-it-lora", "GET", "getModel"),
        ("/healthz", "GET", "getHealth"),
        ("/openapi.json", "GET", "getContractJson"),
    ],
)
def test_a_path_and_a_method_name_an_operation(path: str, method: str, operation: str) -> None:
    route = ROUTES.find(path)
    assert route is not None
    found = route.operation(method)
    assert found is not None
    assert found.id == operation


@pytest.mark.parametrize("name", ["a", "a/b", "a/b:c", "a//b", "../x", "\n"])
def test_an_id_may_hold_anything_but_nothing(name: str) -> None:
    route = ROUTES.find(f"/v1/models/{name}")
    assert route is not None
    assert route.arguments == {"model": name}


@pytest.mark.parametrize(
    "path", ["", "/", "/v1", "/v1/models/", "/models", "/v1/modelsx", "//healthz"]
)
def test_other_paths_name_nothing(path: str) -> None:
    assert ROUTES.find(path) is None


def test_allow_lists_the_methods_a_path_has() -> None:
    chat, models = ROUTES.find("/v1/chat/completions"), ROUTES.find("/v1/models")
    assert chat is not None
    assert models is not None
    assert chat.allow() == "OPTIONS, POST"
    assert models.allow() == "GET, HEAD, OPTIONS"
    assert chat.operation("TRACE") is None
