"""Asks the control API of a mock without a socket."""

from typing import Any

from mock_server.app import App
from tests.mock_server.driving import Answer, exchange

TOKEN = "let-me-in"


def control(app: App, method: str, path: str, sent: Any = None, token: str = TOKEN) -> Answer:
    """Send one request with the token."""
    headers = {"authorization": f"Bearer {token}"}
    return exchange(app, method, f"/__gonogo__/{path}", sent, headers)
