"""Replies: texts, refusals, bodies, headers, paces and faults, for one request alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_server import engines
from mock_server.faults import fault
from mock_server.seams import Seam
from tests.mock_server.driving import MODEL, TOKENS, Counting, ask, body, exchange, ledger
from tests.mock_server.scripts.playing import play, said, statuses


def test_a_text_obeys_every_parameter_and_is_counted_and_charged(tmp_path: Path) -> None:
    app = play(tmp_path, "[[steps]]\nreply = {text = 'It rains in Bergen, as it always does.'}")
    plain = ask(app).document
    usage = plain["usage"]
    assert plain["choices"][0]["finish_reason"] == "stop"
    assert usage["completion_tokens"] > 5
    capped = ask(app, body(max_tokens=3)).document
    assert capped["usage"]["completion_tokens"] == 3
    assert capped["choices"][0]["finish_reason"] == "length"
    assert "It rains in Bergen".startswith(capped["choices"][0]["message"]["content"])
    assert said(app, stop=["Berg"]) == "It rains in "
    several = ask(app, body(n=3)).document
    assert {one["message"]["content"] for one in several["choices"]} == {said(app)}
    assert several["usage"]["completion_tokens"] == 3 * usage["completion_tokens"]
    streamed = ask(app, body(stream=True, stream_options={"include_usage": True}))
    assert b'"usage":{"prompt_tokens"' in streamed.body
    tokens = plain["usage"]["completion_tokens"]
    last = ledger(app)["entries"][-1]
    assert (last["completion_tokens"], last["ending"]) == (tokens, "complete")


def test_a_text_has_logprobs_and_several_texts_go_to_several_choices(tmp_path: Path) -> None:
    app = play(tmp_path, "[[steps]]\nreply = {text = ['Ja 日', 'Nein'], finish = 'length'}")
    answer = ask(app, body(n=3, logprobs=True, top_logprobs=2)).document
    contents = [choice["message"]["content"] for choice in answer["choices"]]
    assert contents == ["Ja 日", "Nein", "Nein"]
    assert {choice["finish_reason"] for choice in answer["choices"]} == {"length"}
    spelled = answer["choices"][0]["logprobs"]["content"]
    assert bytes(byte for one in spelled for byte in one["bytes"]).decode() == "Ja 日"
    assert {one["logprob"] for one in spelled} == {0.0}


def test_a_status_takes_its_words_from_the_contract_or_from_the_script(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        """
        [[steps]]
        reply = { status = 429 }
        then = [
          { status = 503, retry_after = "Wed, 21 Oct 2026 07:28:00 GMT" },
          { status = 429, retry_after = false },
          { status = 402 },
          { status = 418, code = "short_and_stout", type = "teapot", message = "No.", param = "n" },
          { status = 529 },
          { status = 307, headers = { location = "http://elsewhere.test/v1" } },
        ]
        """,
    )
    answers = [ask(app) for _ in range(7)]
    assert [answer.status for answer in answers] == [429, 503, 429, 402, 418, 529, 307]
    types = [answer.error["type"] for answer in answers[:4]]
    assert types == [
        "rate_limit_error",
        "service_unavailable",
        "rate_limit_error",
        "insufficient_credits",
    ]
    assert [answer.headers.get("retry-after") for answer in answers[:4]] == [
        "1",
        "Wed, 21 Oct 2026 07:28:00 GMT",
        None,
        None,
    ]
    assert answers[0].headers["x-ratelimit-remaining-requests"] == "0"
    assert answers[4].error == {
        "message": "No.",
        "type": "teapot",
        "param": "n",
        "code": "short_and_stout",
    }
    assert answers[5].error["type"] == "server_error"
    assert answers[6].headers["location"] == "http://elsewhere.test/v1"
    assert ledger(app)["charged"] == 0
    assert ledger(app)["held"] == 0


def test_a_body_of_its_own_is_sent_as_it_is_and_costs_nothing(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        """
        [[steps]]
        reply = { body = "<h1>502</h1>", status = 502, content_type = "text/html" }
        then = [{ body = { id = 1, choices = [] } }, { body = [], headers = { x-odd = "yes" } }]
        """,
    )
    page, odd, empty = (ask(app) for _ in range(3))
    assert (page.status, page.body, page.headers["content-type"]) == (
        502,
        b"<h1>502</h1>",
        "text/html",
    )
    assert (odd.status, odd.document) == (200, {"id": 1, "choices": []})
    assert (empty.document, empty.headers["x-odd"]) == ([], "yes")
    assert (ledger(app)["charged"], ledger(app)["held"]) == (0, 0)


def test_headers_are_set_and_removed_on_any_answer(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        "[[steps]]\nreply = {headers = {X-Request-Id = false, x-should-retry = 'false'}}",
    )
    for sent in (body(), body(stream=True)):
        answer = ask(app, sent)
        assert "x-request-id" not in answer.headers
        assert answer.headers["x-should-retry"] == "false"


def test_a_pace_of_a_reply_takes_the_place_of_the_mocks(tmp_path: Path) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += round(seconds * 10**9)

    now = [1_800_000_000 * 10**9]
    app = play(
        tmp_path,
        """
        pace = { first_token = "1s" }
        [[steps]]
        reply = { status = 503, pace = { first_byte = "2s" } }
        then = [{ pace = { first_token = 0.5, between_tokens = "100ms" } }, { text = "x" }]
        """,
        clock=lambda: now[0],
        sleep=sleep,
    )
    ask(app)
    assert slept == [2]
    slept.clear()
    ask(app, body(stream=True, max_tokens=3))
    assert slept == [0.5, 0.1, 0.1]
    slept.clear()
    ask(app)
    assert slept == [1]


def early() -> list[str]:
    """One fault that acts before a request is admitted, of each seam, and one of each later one."""
    chosen: dict[Seam, str] = {}
    for name, acts in fault.known().items():
        if len(acts) == 1:
            chosen.setdefault(acts[0].seam, name)
    return list(chosen.values())


@pytest.mark.parametrize("name", early())
def test_a_fault_of_any_seam_can_be_played_and_the_request_before_it_is_sound(
    tmp_path: Path, name: str
) -> None:
    app = play(tmp_path, f"[[steps]]\nreply = {{}}\nthen = [{{fault = '{name}'}}]")
    before, during, after = (ask(app, body(stream=True)) for _ in range(3))
    assert before.status == after.status == 200
    assert during.status in range(200, 600) or during.writes


def test_a_fault_that_changes_admission_acts_on_what_would_be_refused(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        """
        [[steps]]
        match = { account = false }
        reply = { fault = "auth.no-key-refused", times = 1 }
        [[steps]]
        match = { last = "long" }
        reply = { fault = "context.fits" }
        [[steps]]
        match = { last = "spoken" }
        reply = { text = "said", fault = "request.unknown-role-refused" }
        [[steps]]
        match = { last = "hot" }
        reply = { fault = "usage.adds-up", variant = "pretty" }
        """,
    )
    nobody = {"authorization": ""}
    assert statuses(app, 2, headers=nobody) == [200, 401]
    total = ask(app, body("hot")).document["usage"]
    assert total["total_tokens"] != total["prompt_tokens"] + total["completion_tokens"]
    assert b"\n  " in ask(app, body("hot")).body
    assert said(app, "spoken") == "said"
    odd = [{"role": "user", "content": "x"}, {"role": "narrator", "content": "y"}]
    spoken = [*odd, {"role": "user", "content": "spoken"}]
    assert ask(app, body(messages=spoken)).status == 200


def test_a_fault_that_changes_admission_acts_on_other_operations_too(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        """
        [[steps]]
        match = { operation = "getModel" }
        reply = { fault = "models.detail", times = 1 }
        [[steps]]
        match = { operation = "listEvals", account = false }
        reply = { fault = "auth.no-key-refused" }
        """,
    )
    one = f"/v1/models/{MODEL}"
    assert [exchange(app, "GET", one).status for _ in range(2)] == [404, 200]
    assert exchange(app, "GET", "/v1/evals").status == 200
    told = {"name": "x", "candidate_models": [MODEL], "dataset": [{"input": "hi"}]}
    assert exchange(app, "POST", "/v1/evals", told).status != 500  # its body is not read twice
    nobody = {"authorization": ""}
    assert exchange(app, "GET", "/v1/evals", headers=nobody).status != 401
    assert exchange(app, "GET", "/v1/models", headers=nobody).status == 401


def test_a_body_that_was_read_ahead_is_still_refused_when_it_is_too_large(tmp_path: Path) -> None:
    app = play(tmp_path, "[[steps]]\nmatch = {last = 'a'}\nreply = {fault = 'auth.key-case'}")
    assert ask(app, b"x" * 3_000_000).status == 413
    assert ask(app, b"[").status == 400
    assert ask(app).status == 200


def test_the_script_of_a_mock_counts_with_the_engines_own_tokens(tmp_path: Path) -> None:
    class Letters(Counting):
        tokens = None

    app = play(tmp_path, "[[steps]]\nreply = {text = 'abc'}", engine=Letters())
    assert ask(app).document["usage"]["completion_tokens"] > 1


def test_the_script_engine_answers_by_its_script_alone(tmp_path: Path) -> None:
    app = play(
        tmp_path,
        "[[steps]]\nmatch = {last = 'a'}\nreply = {text = 'b'}",
        engine=engines.build("script", TOKENS, {"adapters": {"mine": "nowhere"}}),
    )
    assert said(app, "a") == "b"
    assert said(app, "a", model=f"{MODEL}:mine") == "b"
    for sent in (body("c"), body("c", stream=True)):
        refused = ask(app, sent)
        assert (refused.status, refused.error["type"]) == (404, "not_found")
    assert (ledger(app)["settled"], ledger(app)["held"]) == (2, 0)
