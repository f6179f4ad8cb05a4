"""The short way: whatever goes it is answered, charged and noted as on the way of every other."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.call import Call
from mock_server.engines.seeded import Seeded
from mock_server.express import BRIEF, MOST_EVENTS, STEPS
from mock_server.gateway import ADMISSION
from mock_server.heads import HARMLESS
from mock_server.seams import Behaving, Behaviour, Seam
from tests.mock_server.driving import CHAT, KEY, MODEL, TOKENS, Answer, App, body, exchange, mock

PATH = CHAT.encode()
NOW = 1_700_000_000 * 10**9
GIVEN = {**KEY, "content-type": "application/json", "host": "mock"}

TEXTS = st.text(alphabet='aé🌿 \n"\\<>', min_size=1, max_size=12)
PARTS = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS}), max_size=2)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["user", "user", "system", "assistant", "wizard"]),
            "content": TEXTS
            | st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS}), max_size=2),
        }
    ),
    max_size=4,
)
BODIES = st.fixed_dictionaries(
    {
        "model": st.sampled_from([MODEL, MODEL, f"{MODEL}:pirate", f"{MODEL}:none", "other"]),
        "messages": MESSAGES,
    },
    optional={
        "stream": st.booleans() | st.none(),
        "max_tokens": st.integers(0, 40) | st.none(),
        "max_completion_tokens": st.integers(1, 40),
        "temperature": st.sampled_from([0, 0.5, 2, 9, None]),
        "top_p": st.sampled_from([0, 0.9, 1]),
        "top_k": st.integers(1, 5),
        "seed": st.integers(-5, 5) | st.none(),
        "n": st.integers(1, 3),
        "stop": st.sampled_from([" the", ["a", "e"], None]),
        "logprobs": st.booleans(),
        "presence_penalty": st.sampled_from([0, 1.5]),
        "logit_bias": st.sampled_from([{"5": -100}, {"99999999999": 1}, None]),
        "lora": st.sampled_from(["json", "none", None]),
        "stream_options": st.just({"include_usage": True}),
        "user": st.just("somebody"),
    },
)  # fmt: skip


def made(**wishes: Any) -> App:
    ids = iter(range(10**6))
    return mock(Seeded(TOKENS), clock=lambda: NOW, ids=lambda: f"{next(ids)}", **wishes)


def headers(given: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in given.items()]


def short(app: App, raw: bytes, given: dict[str, str] = GIVEN) -> tuple[Call, Answer | None] | None:
    """What the short way makes of a request."""
    head = app.edge.head(PATH, headers(given), "1")
    found = app.edge.at_once(head, raw, streams=True) if head is not None else None
    if found is None or found[1] is None:
        return found
    reply = found[1]
    if reply.events:
        return found[0], Answer(reply.status, dict(reply.headers), list(reply.events), True)
    told = {**reply.headers, "content-length": str(len(reply.body))}
    return found[0], Answer(reply.status, told, [reply.body], True)


def seen(app: App) -> tuple[Any, ...]:
    """All that a mock remembers of its calls."""
    return app.edge.state.ledger(), app.edge.journal.lines(), dict(app.edge.state._requests)


def both(raw: bytes, given: dict[str, str] = GIVEN, times: int = 2) -> str:
    """Ask two mocks, one the short way first, and hold them together; return which way it went."""
    one, other, way = made(), made(), ""
    for _ in range(times):
        usual = exchange(other, "POST", CHAT, raw, given)
        found = short(one, raw, given)
        if found is None:
            way, answer = "usual", exchange(one, "POST", CHAT, raw, given)
        elif found[1] is None:
            way, answer = "admitted", exchange(one, "POST", CHAT, raw, given, admitted=found[0])
        else:
            way, answer = "answered", found[1]
        assert answer == usual
        assert seen(one) == seen(other)
    return way


def test_it_goes_through_every_step_of_admission() -> None:
    assert tuple(step.__name__ for step in ADMISSION) == STEPS


@settings(max_examples=150, deadline=None)
@given(BODIES)
def test_no_answer_no_charge_and_no_note_differs(asked: dict[str, Any]) -> None:
    both(json.dumps(asked).encode())


@pytest.mark.parametrize(
    ("asked", "way"),
    [
        (body(), "answered"),
        (body(n=3, logprobs=True, max_tokens=5), "answered"),
        (body(stop=["e"], presence_penalty=1), "answered"),
        (body(lora="json", temperature=0), "answered"),
        (body(stream=True), "answered"),
        (body(stream=True, n=2, stream_options={"include_usage": True}), "answered"),
        (body(stream=True, n=3), "admitted"),
        (body("Tell me a long story.", stream=True), "admitted"),
        (body("Tell me a long story.", stream=True, max_tokens=MOST_EVENTS - 2), "answered"),
        (body("Tell me a long story.", stream=True, max_tokens=MOST_EVENTS + 40), "admitted"),
        (body(stream=True, max_tokens=BRIEF), "answered"),
        (body(stream=True, max_tokens=BRIEF + 1), "answered"),
        (body(stream=True, max_tokens=BRIEF // 2, n=2, logprobs=True), "answered"),
        (body(stream=True, max_tokens=9, stream_options={"include_usage": True}), "answered"),
        (body(max_tokens=0), "usual"),
        (body(logit_bias={"99999999999": 1}), "usual"),
        (body("word " * 9000), "usual"),
        ({"model": "other", "messages": [{"role": "user", "content": "hi"}]}, "usual"),
        ([], "usual"),
    ],
)
def test_what_is_right_goes_the_short_way_and_what_is_wrong_does_not(asked: Any, way: str) -> None:
    assert both(json.dumps(asked).encode()) == way


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"model":1}', b'{"a":1,"a":2}', b"\xff", b" " * 70_000 + b"{}"]
)
def test_what_is_no_request_goes_the_usual_way(raw: bytes) -> None:
    assert both(raw) == "usual"


ACCOUNTS = "no-credit over-limit small few-tokens daily capped upstream-down saturated nobody"


@pytest.mark.parametrize("account", ACCOUNTS.split())
def test_accounts_in_every_state_are_answered_alike(account: str) -> None:
    given = {**GIVEN, "authorization": f"Bearer sk-aig-mock-{account}"}
    way = both(json.dumps(body()).encode(), given, times=6)
    assert way == "usual"


@pytest.mark.parametrize(
    "more",
    [
        {"x-request-id": "mine"},
        {"x-aig-tag": "team"},
        {"x-byok-google": "sk-theirs"},
        {"content-encoding": "gzip"},
        {"content-type": "text/plain"},
        {"authorization": "Basic abc"},
        {"x-gonogo-script": '{"text": "hi"}'},
        {"expect": "100-continue"},
    ],
)
def test_a_header_that_may_mean_something_goes_the_usual_way(more: dict[str, str]) -> None:
    assert both(json.dumps(body()).encode(), {**GIVEN, **more}) == "usual"


def test_the_headers_of_the_usual_client_mean_nothing() -> None:
    given = {**GIVEN, "accept": "*/*", "user-agent": "x", "x-stainless-lang": "python"}
    assert both(json.dumps(body()).encode(), given) == "answered"
    assert all(name == name.lower() for name in HARMLESS)


def test_a_mock_that_behaves_otherwise_has_no_short_way() -> None:
    raw = json.dumps(body()).encode()
    app = made()
    assert short(app, raw) is not None
    app.edge.gateway.behaviour = Behaviour([Behaving("n", Seam.REPLY, lambda reply, call: reply)])
    assert short(app, raw) is None
    for app in (made(faults=("usage.adds-up",)), made(variants=("crlf",)), made()):
        app.edge.gateway.keys.changed = True
        assert short(app, raw) is None
    assert made().edge.head(b"/v1/models", headers(GIVEN), "1") is None


@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.parametrize("asked", [body(), body(stream=True, max_tokens=9)])
def test_an_engine_that_breaks_is_told_of_the_usual_way(asked: Any, after: int) -> None:
    class Broken(Seeded):
        def completion(self, prompt: Any) -> Any:
            raise RuntimeError("no")

        def pieces(self, prompt: Any) -> Any:
            if not after:
                raise RuntimeError("no")
            return self._breaking(prompt)

        def _breaking(self, prompt: Any) -> Any:
            yield from itertools.islice(super().pieces(prompt), after - 1)
            raise RuntimeError("no")

    def broken() -> App:
        ids = iter(range(10**6))
        return mock(Broken(TOKENS), clock=lambda: NOW, ids=lambda: f"{next(ids)}")

    app, other = broken(), broken()
    found = short(app, json.dumps(asked).encode())
    assert found is not None
    assert found[1] is None
    answer = exchange(app, "POST", CHAT, asked, GIVEN, admitted=found[0])
    assert answer == exchange(other, "POST", CHAT, asked, GIVEN)
    assert seen(app) == seen(other)
    assert (answer.status == 500) is not (asked.get("stream") and after > 1)
    ledger = app.edge.state.ledger()
    assert ledger["held"] == 0
    assert bool(ledger["charged"]) is bool(asked.get("stream") and after > 1)
