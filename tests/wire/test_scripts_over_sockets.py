"""Scripts over loopback: connections end as they say, and the official client lives on."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path

import openai
import pytest
from openai import OpenAI

from tests.wire.serving import HELLO, KEY, MODEL, Served, asking, raw, served

HI = HELLO["messages"]


def script(tmp_path: Path, text: str) -> AbstractContextManager[Served]:
    file = tmp_path / "script.toml"
    file.write_text(text, encoding="utf-8")
    return served(script=str(file))


def client(mock: Served, retries: int = 2) -> OpenAI:
    return OpenAI(base_url=mock.url, api_key=KEY, max_retries=retries)


def chunks(body: bytes) -> tuple[list[bytes], bytes]:
    """The chunks of a chunked body, and what is left where it ends in the middle of one."""
    found = []
    while body:
        head, _, rest = body.partition(b"\r\n")
        size = int(head, 16)
        if not size or len(rest) < size:
            return found, rest
        found.append(rest[:size])
        body = rest[size + 2 :]
    return found, b""


@pytest.mark.parametrize("byte", [1, 137, 200])
def test_a_stream_ends_after_the_very_byte(tmp_path: Path, byte: int) -> None:
    text = f"[[steps]]\nreply = {{text = 'one two three', cut = {{event = 3, byte = {byte}}}}}"
    with script(tmp_path, text) as mock:
        answer = raw(mock, asking({**HELLO, "stream": True}, "connection: close"))
    head, _, body = answer.partition(b"\r\n\r\n")
    found, left = chunks(body)
    assert head.startswith(b"HTTP/1.1 200")
    assert [chunk[-2:] for chunk in found[:2]] == [b"\n\n", b"\n\n"]
    assert len(found[2]) == byte
    assert (len(found), left) == (3, b"")
    assert b"0\r\n\r\n" not in body[-5:]


def test_a_connection_is_reset_and_not_merely_closed(tmp_path: Path) -> None:
    text = "[[steps]]\nreply = {cut = {event = 2, how = 'reset'}}"
    with script(tmp_path, text) as mock:
        answer = raw(mock, asking({**HELLO, "stream": True}))
    assert answer.endswith(b"<reset>")


def test_a_whole_answer_promises_more_bytes_than_come(tmp_path: Path) -> None:
    with script(tmp_path, "[[steps]]\nreply = {cut = {byte = 50}}") as mock:
        head, _, body = raw(mock, asking()).partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert (len(body), length > 50) == (50, True)


def test_the_official_client_gets_through_a_rough_start(tmp_path: Path) -> None:
    text = """
    [[steps]]
    reply = { status = 429, headers = { retry-after-ms = "5" } }
    then = [{ status = 503, headers = { retry-after-ms = "5" } }, { text = "Here at last." }]
    """
    with script(tmp_path, text) as mock, client(mock) as sdk:
        answer = sdk.chat.completions.create(model=MODEL, messages=HI)
        assert answer.choices[0].message.content == "Here at last."
        lines = [line for line in mock.app.edge.journal.lines() if line["step"]]
    assert [line["status"] for line in lines] == [429, 503, 200]


def test_the_official_client_meets_every_end_of_a_stream(tmp_path: Path) -> None:
    text = """
    [[steps]]
    match = { last = "hi", stream = true }
    reply = { cut = { event = 3 } }
    then = [
      { cut = { event = 3, how = "reset" } },
      { error = { event = 3 } },
      { cut = { event = 3, how = "end" } },
      { drop = "done" },
    ]
    """
    ends: list[str] = []
    with script(tmp_path, text) as mock, client(mock, 0) as sdk:
        for _ in range(5):
            try:
                list(sdk.chat.completions.create(model=MODEL, messages=HI, stream=True))
                ends.append("accepted")
            except openai.APIConnectionError:
                ends.append("connection")
            except openai.APIError:
                ends.append("error")
    # The last two are what no client can see from the transport alone.
    assert ends == ["connection", "connection", "error", "accepted", "accepted"]


def test_a_script_by_header_acts_on_its_own_request_alone(tmp_path: Path) -> None:
    with served() as mock, client(mock, 0) as sdk:
        reply = json.dumps({"text": "By header.", "headers": {"x-mark": "yes"}})
        chat = sdk.chat.completions.with_raw_response
        marked = chat.create(model=MODEL, messages=HI, extra_headers={"x-gonogo-script": reply})
        assert marked.parse().choices[0].message.content == "By header."
        assert marked.headers["x-mark"] == "yes"
        assert "x-mark" not in chat.create(model=MODEL, messages=HI).headers
