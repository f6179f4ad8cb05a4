"""Errors in the envelopes that servers use."""

import pytest
from hypothesis import given, settings

from conformance import error_view
from conformance.error_view import Envelope
from conformance.json_view import ABSENT
from tests.conformance import answers


@pytest.mark.parametrize(
    ("document", "kind", "message"),
    [
        ({"error": {"message": "no", "type": "t"}}, Envelope.OPENAI, "no"),
        ({"error": {}}, Envelope.OPENAI, ABSENT),
        ({"error": {"message": "no"}, "choices": []}, Envelope.OPENAI, "no"),
        ({"error": "no"}, Envelope.STRING, "no"),
        ({"error": 400}, Envelope.VENDOR, ABSENT),
        ({"object": "error", "message": "no", "code": 400}, Envelope.FLAT, "no"),
        ({"message": "Not Found"}, Envelope.FLAT, "Not Found"),
        ({"detail": [{"loc": ["body"]}]}, Envelope.DETAIL, [{"loc": ["body"]}]),
        ({"success": False, "errors": [{"code": 7009, "message": "x"}]}, Envelope.VENDOR, "x"),
        ({"result": None}, Envelope.VENDOR, ABSENT),
        ([1], Envelope.VENDOR, ABSENT),
        ("no", Envelope.TEXT, "no"),
    ],
)
def test_each_envelope_is_known_and_gives_its_message(document, kind, message) -> None:
    error = error_view.of_document(document, failed=True)
    assert (error.kind, error.message) == (kind, message)
    assert bool(error)


@pytest.mark.parametrize(
    "document",
    [
        answers.completion(),
        answers.chunk({"content": "x"}),
        {"choices": [], "error": None},
        {"choices": [], "error": ""},
        {"object": "list", "data": []},
        {"role": "assistant", "content": "x", "message": "y"},
        {"status": "ok"},
        [1],
    ],
)
def test_what_is_no_error_is_taken_for_none(document) -> None:
    assert not error_view.of_document(document, failed=False)


def test_missing_and_null_parts_are_told_apart() -> None:
    error = error_view.of_document({"error": {"message": None, "param": None, "code": 7}}, True)
    assert (error.message, error.param, error.code, error.type) == (None, None, 7, ABSENT)
    assert error.text == ""


@pytest.mark.parametrize(
    ("text", "media_type", "kind"),
    [
        (" \n", "application/json", Envelope.EMPTY),
        ("<!DOCTYPE html><p>no", "", Envelope.HTML),
        ("<p>no", "text/html", Envelope.HTML),
        ("Bad Gateway", "text/plain", Envelope.TEXT),
    ],
)
def test_a_body_that_is_no_json_is_named_too(text, media_type, kind) -> None:
    assert error_view.of_text(text, media_type).kind is kind


@settings(max_examples=100, deadline=None)
@given(answers.VALUES)
def test_no_document_makes_it_raise(value) -> None:
    assert error_view.of_document(value, failed=True)
    error_view.of_document(value, failed=False)
