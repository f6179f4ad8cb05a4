"""The encoder's bytes."""

import json

from hypothesis import given
from hypothesis import strategies as st

from mock_server import sse


@given(st.dictionaries(st.text(max_size=5), st.text(alphabet="a\n\r\u2028\x00é🌿", max_size=9)))
def test_an_event_is_one_data_line_and_a_blank_line_whatever_the_text(data: dict[str, str]) -> None:
    raw = sse.event(data)
    assert raw.startswith(b"data: {")
    assert raw.endswith(b"}\n\n")
    assert raw.count(b"\n") == 2
    assert b"\r" not in raw
    assert json.loads(raw[len("data: ") :]) == data


def test_a_comment_of_several_lines_is_a_comment_on_each() -> None:
    assert sse.comment("a\nb") == b": a\n: b\n\n"
    assert sse.comment("") == b": \n\n"


def test_a_failure_is_an_event_with_an_error_object() -> None:
    assert sse.error({"message": "m"}) == b'data: {"error":{"message":"m"}}\n\n'


@given(st.text(alphabet='a"\\\n\u2028\x00é🌿'), st.text(alphabet="ab\x01é"))
def test_events_that_differ_in_a_text_are_encoded_as_any_other(text: str, model: str) -> None:
    def sample(said: str) -> dict[str, object]:
        return {"model": model, "choices": [{"delta": {"content": said}}], "usage": None}

    assert sse.Repeated(sample).event(text) == sse.event(sample(text))
