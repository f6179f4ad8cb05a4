"""The journal: the last calls, without their texts and keys, however many and large they were."""

import gc
import json
import sys

from mock_server.journal import KEPT
from tests.mock_server.driving import ask, body, exchange, ledger, mock


def test_the_journal_tells_what_happened_and_keeps_no_text_and_no_key() -> None:
    app = mock()
    ask(app, body("a secret text", stream=True))
    ask(app, body(model="sk-aig-mock"))
    exchange(app, "GET", "/v1/sk-aig-mock")
    lines = app.edge.journal.lines()
    assert [line["status"] for line in lines] == [200, 404, 404]
    assert [line["code"] for line in lines] == [None, "model_not_found", "unknown_url"]
    assert (lines[0]["stream"], lines[0]["ending"], lines[0]["completion_tokens"]) == (
        True,
        "complete",
        10,
    )
    told = json.dumps(lines)
    assert "secret" not in told
    assert "sk-aig-mock" not in told


def test_the_journal_tells_what_a_call_was_charged() -> None:
    app = mock()
    ask(app)
    ask(app, body(stream=True))
    ask(app, headers={"x-gonogo-script": '{"status": 503}'})
    charged = [entry["cost"] for entry in ledger(app)["entries"]]
    assert [line["cost"] for line in app.edge.journal.lines()] == [*charged, None]


def test_the_journal_is_bounded_in_lines_and_in_bytes() -> None:
    app = mock()
    for _ in range(KEPT + 20):
        ask(app, body("x" * 3000, temperature=9))
    gc.collect()
    journal = app.edge.journal
    assert (len(journal.lines()), journal.seen) == (KEPT, KEPT + 20)
    assert sum(sys.getsizeof(line) for line in journal.lines()) < 1000 * KEPT
    assert not [text for text in map(str, journal.lines()) if len(text) > 1000]
