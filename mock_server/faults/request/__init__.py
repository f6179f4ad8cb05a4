"""Lies about what may be asked: wrong requests taken, right ones turned down or misread."""

from mock_server.faults.request import broken, dropped, mended, misnamed, refused

__all__ = ["broken", "dropped", "mended", "misnamed", "refused"]
