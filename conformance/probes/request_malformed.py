"""Requests whose body is not JSON, or lacks a field. Judge nothing."""

from __future__ import annotations

from conformance.probe import Probe
from conformance.probes.request_cases import ASK, Case, Row, sending

USER = {"role": "user", "content": ASK}
NOT_JSON = "invalid_json"
MISSING = "missing_required_parameter"
TYPE = "invalid_type"
VALUE = "invalid_value"


BODY = (
    Row(
        "request.json-syntax-refused",
        "the body is not JSON",
        (
            Case("json-cut", lambda body: body[:-1]),
            Case("json-trailing", lambda body: body + b"}"),
        ),
        NOT_JSON,
    ),
    Row(
        "request.json-object-refused",
        "the body is JSON, but not an object",
        (
            Case("json-array", lambda body: b"[" + body + b"]"),
            Case("json-string", lambda body: b'"hello"'),
        ),
        NOT_JSON,
    ),
    Row(
        "request.empty-body-refused",
        "the body is empty",
        (Case("body-empty", lambda body: b""),),
        NOT_JSON,
    ),
    Row(
        "request.nan-refused",
        "NaN and Infinity are not JSON",
        (Case("number-nan", lambda body: body.replace(b'ature":0', b'ature":NaN')),),
    ),
    Row(
        "request.not-utf8-refused",
        "the body is not UTF-8",
        (Case("body-latin-1", lambda body: body.replace(b"Say ok.", b"Say \xe9 ok.")),),
    ),
)

REQUIRED = (
    Row(
        "request.model-required",
        "`model` is missing",
        (Case("model-missing", {"model": ...}, "model"),),
        MISSING,
    ),
    Row(
        "request.messages-required",
        "`messages` is missing",
        (
            Case("messages-missing", {"messages": ...}, "messages"),
            Case("messages-missing-streamed", {"messages": ..., "stream": True}, "messages"),
        ),
        MISSING,
    ),
    Row(
        "request.messages-empty-refused",
        "`messages` is empty",
        (Case("messages-empty", {"messages": []}, "messages"),),
        VALUE,
    ),
    Row(
        "request.role-required",
        "a message has no `role`",
        (
            Case("role-missing", {"messages": [{"content": ASK}]}, "messages[0].role"),
            Case(
                "role-missing-later",
                {"messages": [USER, {"role": "assistant", "content": "ok"}, {"content": ASK}]},
                "messages[2].role",
                gateway=True,
            ),
        ),
        MISSING,
    ),
    Row(
        "request.content-required",
        "a user message has no `content`",
        (Case("content-missing", {"messages": [{"role": "user"}]}, "messages[0].content"),),
        MISSING,
    ),
)

BODIES = Probe("request-bodies", sending(BODY + REQUIRED))
