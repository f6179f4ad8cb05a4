"""Shared state in a Redis on this machine: `unix:///PATH`. Knows only its twin."""

from mock_server.state.redis import build, finished, prepared

__all__ = ["build", "finished", "prepared"]
