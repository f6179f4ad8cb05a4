"""Small documents to be served. Judges nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mock_server.app import App
from openapi import Contract, parse
from tests.mock_server.driving import Answer, exchange, mock


def document(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A document with some paths, under `/api`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Theirs", "version": "1"},
        "servers": [{"url": "https://theirs.example/api"}],
        "paths": paths,
        **more,
    }


def loaded(paths: dict[str, Any], **more: Any) -> Contract:
    """The same, read."""
    return parse(json.dumps(document(paths, **more)), "theirs.json")


def serving(folder: Path, paths: dict[str, Any], **more: Any) -> App:
    """A mock that serves it."""
    file = folder / "theirs.json"
    file.write_text(json.dumps(document(paths, **more)), encoding="utf-8")
    return mock(spec=str(file))


def answering(schema: Any, status: str = "200", **media: Any) -> dict[str, Any]:
    """Responses with one JSON answer."""
    content = {"application/json": {"schema": schema, **media}}
    return {status: {"description": "It is.", "content": content}}


def get(app: App, path: str, **headers: str) -> Answer:
    """Ask for something below `/api`."""
    return exchange(app, "GET", f"/api{path}", headers=headers)
