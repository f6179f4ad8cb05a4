"""Bodies: each media type read as its document describes it, or refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mock_server.driving import Answer, exchange
from tests.mock_server.surface.documents import serving

CAT = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2},
        "lives": {"type": "integer", "maximum": 9},
        "toys": {"type": "array", "items": {"type": "string"}},
    },
}
BOUNDARY = "multipart/form-data; boundary=b"


def parts(**values: str) -> bytes:
    lines = [
        f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    ]
    return ("".join(lines) + "--b--\r\n").encode()


def send(
    folder: Path, content: dict[str, Any], sent: bytes, label: str | None, required: bool = True
) -> Answer:
    body = {"required": required, "content": content}
    app = serving(
        folder,
        {"/cats": {"post": {"requestBody": body, "responses": {"204": {"description": ""}}}}},
    )
    headers = {"content-type": label or "", "content-length": str(len(sent))}
    return exchange(app, "POST", "/api/cats", sent, headers=headers)


@pytest.mark.parametrize(
    ("kind", "label", "sent"),
    [
        ("application/json", "application/json; charset=utf-8", b'{"name":"Tom","lives":9}'),
        ("application/json", "APPLICATION/JSON", b'{"name":"Tom"}'),
        ("application/vnd.cat+json", "application/vnd.cat+json", b'{"name":"Tom"}'),
        ("application/*", "application/json", b'{"name":"Tom"}'),
        (
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded",
            b"name=Tom&lives=9&toys=a&toys=b",
        ),
        ("multipart/form-data", BOUNDARY, parts(name="Tom", lives="9")),
        ("text/plain", "text/plain", b"Tom"),
        ("application/octet-stream", "application/octet-stream", b"\xff\x00"),
        ("*/*", "image/png", b"\xff\x00"),
    ],
)
def test_a_good_body_is_taken(tmp_path: Path, kind: str, label: str, sent: bytes) -> None:
    schema = CAT if "json" in kind or "form" in kind else {}
    assert send(tmp_path, {kind: {"schema": schema}}, sent, label).status == 204


@pytest.mark.parametrize(
    ("kind", "label", "sent", "code", "param"),
    [
        ("application/json", "application/json", b"{", "invalid_json", None),
        ("application/json", "application/json", b"", "invalid_json", None),
        ("application/json", "application/json", b"[]", "invalid_type", None),
        ("application/json", "application/json", b"{}", "missing_required_parameter", "name"),
        ("application/json", "application/json", b'{"name":"T"}', "invalid_value", "name"),
        ("application/json", "text/plain", b"Tom", "unsupported_media_type", None),
        ("application/json", None, b"Tom", "unsupported_media_type", None),
        (
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded",
            b"name=Tom&lives=10",
            "invalid_value",
            "lives",
        ),
        ("multipart/form-data", BOUNDARY, parts(lives="9"), "missing_required_parameter", "name"),
        ("multipart/form-data", BOUNDARY, parts(name="Tom", lives="x"), "invalid_type", "lives"),
        ("multipart/form-data", "multipart/form-data", b"x", "invalid_value", None),
        ("text/plain", "text/plain", b"\xff", "invalid_value", None),
    ],
)
def test_a_bad_body_is_refused_by_name(
    tmp_path: Path, kind: str, label: str | None, sent: bytes, code: str, param: str | None
) -> None:
    schema = CAT if "text" not in kind else {"type": "string"}
    answer = send(tmp_path, {kind: {"schema": schema}}, sent, label)
    assert answer.status == (415 if code == "unsupported_media_type" else 400)
    assert (answer.error["code"], answer.error["param"]) == (code, param)


def test_a_body_that_nobody_requires_may_be_left_out(tmp_path: Path) -> None:
    content = {"application/json": {"schema": CAT}}
    assert send(tmp_path, content, b"", None, required=False).status == 204
    assert send(tmp_path, content, b"", None, required=True).status == 400
    assert send(tmp_path, content, b"{}", "application/json", required=False).status == 400


def test_a_body_over_the_limit_is_413(tmp_path: Path) -> None:
    content = {"application/json": {"schema": CAT}}
    assert send(tmp_path, content, b" " * (2 << 20), "application/json").status == 413
