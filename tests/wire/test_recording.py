"""Recording and replaying over real sockets: bytes, timing, secrets, and upstreams that break."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import OpenAI

from mock_server.recording.fixture import SUFFIX
from tests.wire.recorder import Recording, recording
from tests.wire.scripted_server import HOLD, RESET, Pause, ScriptedServer, Step
from tests.wire.serving import CHAT, HELLO, KEY, MODEL, Served, asking, raw, served

STREAM = {**HELLO, "stream": True, "temperature": 0}
HEADERS = {"authorization": f"Bearer {KEY}"}
VOLATILE = re.compile(rb"(chatcmpl-|req_)[0-9a-f]+|\"created\":\d+|[Dd]ate: [^\r]*")
OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    with served() as running:
        yield running


@pytest.fixture
def recorder(mock: Served, tmp_path: Path) -> Iterator[Recording]:
    with recording(mock.url, tmp_path) as running:
        yield running


def plain(answer: bytes) -> bytes:
    return VOLATILE.sub(b"*", answer)


@pytest.mark.parametrize("sent", [STREAM, {**STREAM, "stream": False}, {"model": MODEL}, []])
def test_an_answer_goes_through_unchanged(mock: Served, recorder: Recording, sent: Any) -> None:
    direct = httpx.post(f"{mock.url}/chat/completions", json=sent, headers=HEADERS)
    through = httpx.post(f"{recorder.url}/chat/completions", json=sent, headers=HEADERS)
    assert through.status_code == direct.status_code
    assert plain(through.content) == plain(direct.content)
    own = {"date", "x-request-id", "transfer-encoding", "content-length"}
    assert {name for name in direct.headers if name not in own} <= set(through.headers)


def test_chunks_go_through_as_they_come(mock: Served, recorder: Recording) -> None:
    def chunks(answer: bytes) -> list[bytes]:
        return re.findall(rb"\r\n([0-9a-f]+)\r\ndata: ", answer)

    request = asking(STREAM, "connection: close")
    through = raw(recorder, request)  # type: ignore[arg-type]
    assert chunks(plain(through)) == chunks(plain(raw(mock, request)))
    (fixture,) = recorder.fixtures()
    assert len(fixture.chunks) == len(chunks(through))


def test_time_goes_through_too(tmp_path: Path) -> None:
    script: Sequence[Step] = [
        OK + b"transfer-encoding: chunked\r\n\r\n",
        *[part for n in range(4) for part in (Pause(0.15), b"9\r\ndata: %d\n\n\r\n" % n)],
        b"0\r\n\r\n",
    ]
    with upstream(script) as url, recording(f"{url}/v1", tmp_path) as recorder:
        came: list[float] = []
        with httpx.stream("POST", f"{recorder.root}{CHAT}", json=HELLO, headers=HEADERS) as answer:
            came += [time.monotonic() for _ in answer.iter_raw()]
        (fixture,) = recorder.fixtures()
    assert len(came) == len(fixture.chunks) == 4
    gaps = [later - earlier for earlier, later in pairwise(came)]
    assert all(gap > 0.05 for gap in gaps)
    kept = [chunk.at for chunk in fixture.chunks]
    assert all(later - earlier > 0.1 for earlier, later in pairwise(kept))


def test_no_key_is_on_the_disk(mock: Served, tmp_path: Path) -> None:
    asked = {**HELLO, "messages": [{"role": "user", "content": f"my key is {KEY}, and sk-client"}]}
    with recording(mock.url, tmp_path, key=KEY) as recorder:
        headers = {"authorization": "Bearer sk-client", "cookie": "session=hidden"}
        answer = httpx.post(f"{recorder.url}/chat/completions", json=asked, headers=headers)
        assert answer.status_code == 200
        httpx.get(f"{recorder.url}/models?api_key=hidden-too", headers=headers)
        assert len(recorder.fixtures(2)) == 2
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (KEY, "sk-client", "session=hidden", "hidden-too"):
        assert secret.encode() not in written


def test_what_was_recorded_is_replayed_byte_for_byte(
    mock: Served, recorder: Recording, tmp_path: Path
) -> None:
    requests = [asking(sent, "connection: close") for sent in (STREAM, HELLO, {"model": "gpt-9"})]
    recorded = [raw(recorder, request) for request in requests]  # type: ignore[arg-type]
    assert len(recorder.fixtures(3)) == 3
    with replaying(tmp_path) as again:
        for request, answer in zip(requests, recorded, strict=True):
            head, _, body = raw(again, request).partition(b"\r\n\r\n")
            before, _, kept = answer.partition(b"\r\n\r\n")
            assert body == kept
            assert head.split(b"\r\n")[0].split()[1] == before.split(b"\r\n")[0].split()[1]
        missed = httpx.post(f"{again.url}/chat/completions", json={**HELLO, "seed": 4})
        assert missed.status_code == 404


def replaying(folder: Path, **more: Any) -> Any:
    from mock_server.engines import build
    from tests.mock_server.driving import TOKENS

    return served(build("replay", TOKENS, {"fixtures": folder, **more}))


def test_a_client_does_not_notice_whether_it_is_recorded_or_replayed(
    recorder: Recording, tmp_path: Path
) -> None:
    def talk(url: str) -> tuple[str, Any, list[str]]:
        with OpenAI(base_url=url, api_key=KEY, max_retries=0) as client:
            messages: Any = [{"role": "user", "content": "Hello!"}]
            stream = client.chat.completions.create(model=MODEL, messages=messages, stream=True)
            text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
            whole = client.chat.completions.create(model=MODEL, messages=messages, n=2)
            return text, whole.model_dump(), [model.id for model in client.models.list()]

    recorded = talk(recorder.url)
    assert len(recorder.fixtures(3)) == 3
    with replaying(tmp_path) as again:
        assert talk(again.url) == recorded


class upstream:  # noqa: N801 - used as a context, like a function
    """A scripted server in a thread; enters as its URL."""

    def __init__(self, *scripts: Sequence[Step]) -> None:
        self._scripts = scripts
        self._ready = threading.Event()
        self._stop: Any = None
        self._url = ""
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> str:
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._live(),))
        self._thread.start()
        assert self._ready.wait(10)
        return self._url

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    async def _live(self) -> None:
        self._stop = asyncio.Event()
        async with ScriptedServer(*self._scripts) as server:
            self._url = f"http://127.0.0.1:{server.port}"
            self._ready.set()
            await self._stop.wait()


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ([RESET], 502, "bad_upstream_response"),
        ([b""], 502, "bad_upstream_response"),
        ([b"SSH-2.0-OpenSSH\r\n\r\n"], 502, "bad_upstream_response"),
        ([b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n"], 502, "bad_upstream_response"),
        ([HOLD], 504, "upstream_timeout"),
    ],
)
def test_an_upstream_that_does_not_answer_is_told_in_the_envelope(
    tmp_path: Path, script: Sequence[Step], status: int, code: str
) -> None:
    with upstream(script) as url, recording(f"{url}/v1", tmp_path, seconds=0.5) as recorder:
        answer = httpx.post(f"{recorder.url}/chat/completions", json=HELLO, headers=HEADERS)
        assert answer.status_code == status
        error = answer.json()["error"]
        assert (error["code"], error["type"]) == (code, "server_error")
        assert url not in error["message"]
        assert len(recorder.complaints) == 1
        assert list(tmp_path.iterdir()) == []


def test_an_upstream_that_is_not_there_is_502(tmp_path: Path) -> None:
    with recording("http://127.0.0.1:9/v1", tmp_path) as recorder:
        answer = httpx.post(f"{recorder.url}/chat/completions", json=HELLO, headers=HEADERS)
    assert answer.status_code == 502
    assert "cannot be reached" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "script",
    [
        [OK + b"transfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n", RESET],
        [OK + b"transfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n", b"zz\r\n"],
        [OK + b"content-length: 99\r\n\r\ndata: 1\n\n"],
        [OK + b"transfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n", HOLD],
    ],
)
def test_an_answer_that_breaks_off_breaks_off_and_is_not_kept(
    tmp_path: Path, script: Sequence[Step]
) -> None:
    with upstream(script) as url, recording(f"{url}/v1", tmp_path, seconds=0.5) as recorder:
        got: list[bytes] = []
        with pytest.raises(httpx.RemoteProtocolError):
            gather(f"{recorder.url}/chat/completions", got)
        assert b"".join(got) == b"data: 1\n\n"
        assert len(recorder.complaints) == 1
        assert "not recorded" in recorder.complaints[0]
        assert list(tmp_path.iterdir()) == []


def gather(url: str, got: list[bytes]) -> None:
    with httpx.stream("POST", url, json=HELLO) as answer:
        got.extend(answer.iter_raw())


def test_a_client_that_leaves_leaves_nothing_behind(tmp_path: Path) -> None:
    script = [OK + b"transfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n", HOLD]
    with upstream(script) as url, recording(f"{url}/v1", tmp_path, seconds=5) as recorder:
        with httpx.stream("POST", f"{recorder.url}/chat/completions", json=HELLO) as answer:
            next(answer.iter_raw())
        until = time.monotonic() + 5
        while not recorder.complaints and time.monotonic() < until:
            time.sleep(0.01)
        assert ["the client left" in one for one in recorder.complaints] == [True]
        assert list(tmp_path.glob(f"*{SUFFIX}*")) == []


def test_paths_beside_the_base_go_to_the_origin(mock: Served, tmp_path: Path) -> None:
    with recording(f"{mock.url}", tmp_path) as recorder:
        assert httpx.get(f"{recorder.root}/healthz").json()["status"] == "ok"
        model = httpx.get(f"{recorder.url}/models/google%2Fgemma-7b-it-lora", headers=HEADERS)
        assert model.json()["id"] == MODEL
        assert json.loads(recorder.fixtures(2)[1].body)["id"] == MODEL
