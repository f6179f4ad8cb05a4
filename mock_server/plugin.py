"""The pytest plugin: `gonogo_mock`, a mock of a test's own.

Costs nothing until it is used: the mock is imported when a test asks for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mock_server.beside import Beside
    from mock_server.testing import Mock

MARK = "gonogo_mock"


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the mark."""
    config.addinivalue_line(
        "markers",
        f"{MARK}(**settings): how the mock of a test is started: keys, faults, variants, engine, "
        "pace (a mapping) and whatever else mock_server.settings.Settings has.",
    )


@pytest.fixture(scope="session")
def _gonogo_mocks() -> Iterator[list[Beside]]:
    """Mocks that were told to stop, which takes longer than a test should wait."""
    stopped: list[Beside] = []
    yield stopped
    for one in stopped:
        one.join()


@pytest.fixture
def gonogo_mock(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _gonogo_mocks: list[Beside]
) -> Iterator[Mock]:
    """A mock on a port of its own, with a state of its own, for this test alone.

    `OPENAI_BASE_URL` and `OPENAI_API_KEY` point to it, so code under test need not be told.
    """
    wrong = ""
    try:
        from mock_server.app import build
        from mock_server.beside import Beside
        from mock_server.keys import DEFAULT_KEY
        from mock_server.settings import Settings, SettingsError
        from mock_server.testing import Mock
    except ModuleNotFoundError as error:
        wrong = f"gonogo_mock needs {error.name}; install it with: pip install 'gonogo[mock]'"
    if wrong:
        pytest.fail(wrong, pytrace=False)
    token = secrets.token_urlsafe(18)
    try:
        settings = Settings(**{"trace": True, "control_token": token, **_told(request.node)})
        beside = Beside(build(settings))
    except (SettingsError, TypeError, ValueError) as error:
        wrong = f"gonogo_mock cannot be started: {error}"
    if wrong:
        pytest.fail(wrong, pytrace=False)
    root = f"http://127.0.0.1:{beside.port}"
    mock = Mock(f"{root}/v1", DEFAULT_KEY, f"{root}/__gonogo__/", token)
    for name, value in mock.environ.items():
        monkeypatch.setenv(name, value)
    yield mock
    beside.stop()
    _gonogo_mocks.append(beside)


def _told(node: pytest.Item) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers(MARK))):
        told |= mark.kwargs
    if isinstance(told.get("pace"), dict):
        from mock_server.pace import Pace

        told["pace"] = Pace.read(told["pace"])
    return told
