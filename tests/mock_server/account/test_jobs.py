"""Jobs by a clock of our own: what they say at each moment, what they cost, who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mock_server.account import errands
from mock_server.account.contents import contents
from mock_server.account.job import Fate, Job
from mock_server.account.owned import MOST
from mock_server.account.webhooks import ATTEMPTS
from mock_server.app import App
from tests.mock_server.driving import LOOP, Answer, exchange, ledger, mock

SECOND = 10**9
START = 1_800_000_000 * SECOND
JOB = Job(
    "job_1",
    "video",
    "m",
    "p",
    START,
    8 * SECOND,
    Fate.COMPLETED,
    7,
    "f.mp4",
    "video/mp4",
    "http://h",
)


class Clock:
    """Time that passes when it is told to, or when somebody sleeps."""

    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []

    def __call__(self) -> int:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += round(seconds * SECOND)
        await asyncio.sleep(0)


class Waiting(Clock):
    """Time that stands still for whoever sleeps."""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.Event().wait()


def started(clock: Clock, **settings: Any) -> App:
    from itertools import count

    from mock_server.app import build
    from mock_server.settings import Settings
    from tests.mock_server.driving import Counting

    ids = count(1)
    return build(
        Settings(job_seconds=8.0, **settings),
        engine=Counting(),
        clock=clock,
        ids=lambda: f"{next(ids):08d}",
        sleep=clock.sleep,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


def begin(app: App, key: str = "sk-aig-mock", **body: Any) -> Answer:
    headers = {"authorization": f"Bearer {key}", "host": "mock"}
    return exchange(app, "POST", "/v1/videos/generations", {"prompt": "x", **body}, headers)


def seen(app: App, name: str) -> dict[str, Any]:
    document: dict[str, Any] = exchange(app, "GET", f"/v1/jobs/{name}").document
    return document


def settle_down() -> None:
    LOOP.run_until_complete(asyncio.sleep(0.01))


@pytest.mark.parametrize(
    ("seconds", "status", "progress", "updated"),
    [
        (0, "queued", 0, 0),
        (1.9, "queued", 23, 0),
        (2, "processing", 25, 2),
        (7.9, "processing", 98, 2),
        (8, "completed", 100, 8),
        (99, "completed", 100, 8),
    ],
)
def test_a_job_progresses_by_the_clock(
    seconds: float, status: str, progress: int, updated: int
) -> None:
    now = START + round(seconds * SECOND)
    shown = JOB.shown(now, "http://h/f", 3)
    assert (shown["status"], shown["progress"]) == (status, progress)
    assert shown["updated_at"] - shown["created_at"] == updated
    assert (shown["result_url"] is not None) == (status == "completed")


def test_a_job_that_was_cancelled_stays_so() -> None:
    job = replace(JOB, cancelled=START + 3 * SECOND)
    for later in (3, 9):
        shown = job.shown(START + later * SECOND, None, 0)
        assert (shown["status"], shown["progress"]) == ("failed", 37)
        assert shown["updated_at"] - shown["created_at"] == 3


def test_money_is_held_while_a_job_runs_and_charged_when_it_has_completed() -> None:
    clock = Waiting()
    app = started(clock)
    name = begin(app).document["id"]
    assert ledger(app)["held"] == 400_000_000
    assert clock.slept == [8.0]
    assert seen(app, name)["status"] == "queued"
    quick = started(Clock())
    name = begin(quick).document["id"]
    settle_down()
    assert seen(quick, name)["status"] == "completed"
    assert (ledger(quick)["held"], ledger(quick)["charged"]) == (0, 400_000_000)


def test_a_job_that_fails_or_is_cancelled_costs_nothing() -> None:
    app = started(Clock())
    name = begin(app, "sk-aig-mock-upstream-down").document["id"]
    settle_down()
    assert (ledger(app)["held"], ledger(app)["charged"]) == (0, 0)
    waiting = started(Waiting())
    name = begin(waiting).document["id"]
    assert exchange(waiting, "DELETE", f"/v1/jobs/{name}").document["status"] == "failed"
    assert (ledger(waiting)["held"], ledger(waiting)["charged"]) == (0, 0)


def test_an_empty_wallet_begins_no_job(clock: Clock) -> None:
    app = started(clock)
    assert begin(app, "sk-aig-mock-no-credit").status == 402
    assert clock.slept == []


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Calls back, kept instead of sent; each is answered with 500."""
    kept: list[Any] = []

    async def run(self: errands.Post, edge: object) -> int | str:
        del edge
        kept.append(self)
        return 500 if len(kept) % 2 else "ConnectError"

    monkeypatch.setattr(errands.Post, "run", run)
    return kept


def test_a_call_back_that_is_never_heard_is_tried_so_often_and_no_more(
    clock: Clock, posted: list[Any]
) -> None:
    app = started(clock)
    begin(app, webhook_url="http://127.0.0.1:9/hook")
    settle_down()
    assert len(posted) == ATTEMPTS == 4
    assert clock.slept == [8.0, 1.0, 2.0, 4.0]
    times = [int(one.headers["aig-timestamp"]) - START // SECOND for one in posted]
    assert times == [8, 9, 11, 15]
    assert len({one.headers["aig-delivery"] for one in posted}) == 1


def test_the_end_of_a_cancelled_job_is_told_too(posted: list[Any]) -> None:
    clock = Waiting()
    app = started(clock)
    name = begin(app, webhook_url="http://127.0.0.1:9/hook").document["id"]
    exchange(app, "DELETE", f"/v1/jobs/{name}")
    settle_down()
    assert b'"job.failed"' in posted[0].body
    assert b"ancelled" in posted[0].body


@pytest.mark.parametrize(
    ("url", "hosts", "status"),
    [
        ("http://127.0.0.1:9/x", (), 202),
        ("http://127.9.9.9/x", (), 202),
        ("https://[::1]:9/x", (), 202),
        ("http://localhost/x", (), 202),
        ("http://far.example/x", (), 400),
        ("http://far.example/x", ("far.example",), 202),
        ("http://169.254.169.254/latest", (), 400),
        ("http://127.0.0.1.far.example/", (), 400),
        ("http://user@far.example@127.0.0.1/", (), 400),
        ("http:///x", (), 400),
        ("http://127.0.0.1:99999/", (), 400),
        ("ftp://127.0.0.1/", (), 400),
    ],
)
def test_only_loopback_and_named_hosts_are_called_back(
    url: str, hosts: tuple[str, ...], status: int
) -> None:
    app = started(Waiting(), webhook_hosts=hosts)
    answer = begin(app, webhook_url=url)
    assert answer.status == status
    if status == 400:
        assert answer.error["param"] == "webhook_url"


def signed(app: App, name: str, seconds: int = 60) -> str:
    path = f"/v1/files/jobs/{name}/video.mp4/signed?expires_in={seconds}"
    url: str = exchange(app, "GET", path, headers={"host": "mock"}).document["url"]
    return url.removeprefix("http://mock")


def test_a_signed_url_opens_its_file_until_it_runs_out(clock: Clock) -> None:
    app = started(clock)
    name = begin(app).document["id"]
    settle_down()
    url = signed(app, name)
    stranger = {"authorization": ""}
    opened = exchange(app, "GET", url, headers=stranger)
    assert opened.body == contents("video", "x")
    clock.now += 60 * SECOND
    late = exchange(app, "GET", url, headers=stranger)
    assert (late.status, late.error["code"]) == (400, "expired_signature")


@pytest.mark.parametrize(
    "forged",
    [
        lambda url: url.replace("video.mp4", "music.wav"),
        lambda url: url.replace("exp=1", "exp=2"),
        lambda url: url.replace("token=", "token=0"),
        lambda url: url.replace("k=", "k=0"),
        lambda url: url.replace("job_", "job_0"),
    ],
)
def test_a_forged_url_opens_nothing(clock: Clock, forged: Any) -> None:
    app = started(clock)
    name = begin(app).document["id"]
    settle_down()
    url = forged(signed(app, name))
    answer = exchange(app, "GET", url, headers={"authorization": ""})
    assert (answer.status, answer.error["code"]) == (400, "invalid_signature")


def test_a_job_is_its_accounts_own(clock: Clock) -> None:
    app = started(clock)
    name = begin(app).document["id"]
    other = {"authorization": "Bearer sk-aig-mock-small"}
    for method in ("GET", "DELETE"):
        assert exchange(app, method, f"/v1/jobs/{name}", headers=other).status == 404


def test_the_oldest_jobs_are_forgotten(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    from mock_server.account import owned

    assert MOST == 1_000
    monkeypatch.setattr(owned, "MOST", 2)
    app = started(clock)
    names = [begin(app).document["id"] for _ in range(3)]
    settle_down()
    statuses = [exchange(app, "GET", f"/v1/jobs/{name}").status for name in names]
    assert statuses == [404, 200, 200]


@pytest.mark.parametrize("modality", ["video", "music", "3d"])
def test_files_follow_from_their_prompts(modality: str) -> None:
    assert contents(modality, "a") == contents(modality, "a") != contents(modality, "b")


def test_a_sleeping_job_does_not_keep_the_mock_from_stopping() -> None:
    app = mock(job_seconds=3600)
    begin(app)
    LOOP.run_until_complete(app.edge.agenda.aclose())
    assert ledger(app)["held"] == 400_000_000
