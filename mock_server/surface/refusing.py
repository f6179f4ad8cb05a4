"""Refusing: a problem in the status and the shape that a foreign document declares for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.call import Call
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.surface.answering import headers_of, seed_of
from mock_server.surface.making import UnmakeableError
from mock_server.surface.operation import Described
from mock_server.surface.responses import Response, best
from mock_server.surface.writing import written

_INSTEAD: Mapping[int, tuple[int, ...]] = {400: (422,), 413: (400, 422), 415: (400, 422)}
"""Statuses that say nearly the same, for documents that declare only those."""
_TOLD = ("message", "detail", "error_description", "description", "title", "error", "reason", "msg")
"""Members of a body that a sentence for people may stand in, the likeliest first."""


def refusal(described: Described, call: Call, problem: Problem, plain: Reply) -> Reply:
    """Return a refusal as the operation declares it, or `plain` where it declares none."""
    found = _declared(described.responses, problem.status)
    if found is None:
        return plain
    code, response = found
    headers = {**headers_of(described, response, call), **plain.headers}
    content = response.content(None)
    if content is None:
        headers.pop("content-type", None)
        return Reply(code, b"", headers)
    if not content.media.json:
        body = written(content.media.name, problem.message)
        return Reply(code, body, {**headers, "content-type": content.media.name})
    document = problem.document()
    validation = content.media.validation
    if validation is None or validation.accepts(document):
        return Reply(code, plain.body, {**headers, "content-type": content.media.name})
    try:
        made = described.maker.made(f"{content.pointer}/schema", seed_of(call))
    except UnmakeableError:
        return Reply(code, plain.body, headers)
    told = _with_words(made, problem, code)
    body = told if validation.accepts(told) else made
    return Reply(
        code, written(content.media.name, body), {**headers, "content-type": content.media.name}
    )


def _declared(found: Sequence[Response], status: int) -> tuple[int, Response] | None:
    exact = [one for one in found if one.status != "default"]
    for code in (status, *_INSTEAD.get(status, ())):
        response = best(exact, code)
        if response is not None:
            return code, response
    response = best(found, status)
    return None if response is None else (status, response)


def _with_words(document: Any, problem: Problem, code: int) -> Any:
    """Return a body that says what is wrong, in the member where a person would look for it."""
    if not isinstance(document, dict):
        return document
    for name in _TOLD:
        inner = document.get(name)
        if isinstance(inner, str):
            kind = {"title": problem.type} if isinstance(document.get("title"), str) else {}
            return {**document, **_numbers(document, code), **kind, name: problem.message}
        if isinstance(inner, dict):
            return {**document, name: _with_words(inner, problem, code)}
    return document


def _numbers(document: Mapping[str, Any], code: int) -> dict[str, Any]:
    names = ("status", "status_code", "statusCode", "code")
    return {name: code for name in names if type(document.get(name)) is int}
