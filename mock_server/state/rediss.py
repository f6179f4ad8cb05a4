"""Shared state in a Redis behind TLS: `rediss://HOST:PORT/0`. Knows only its twin."""

from mock_server.state.redis import build, finished, prepared

__all__ = ["build", "finished", "prepared"]
