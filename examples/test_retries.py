"""Tests of a client against the mock: `pytest examples`, where `gonogo[mock,pytest]` is installed.

The fixture `gonogo_mock` comes with the installation. It points OPENAI_BASE_URL and OPENAI_API_KEY
to a mock of the test's own, so the code under test is called as it is.
"""

import openai
import pytest

HELLO = [{"role": "user", "content": "Hello!"}]
MODEL = "google/gemma-7b-it-lora"


def test_a_rough_start_is_survived(gonogo_mock):
    gonogo_mock.script(
        {"status": 429, "retry_after": 1},
        {"status": 503, "headers": {"retry-after-ms": "10"}},
        {"text": "Here at last."},
    )
    answer = openai.OpenAI().chat.completions.create(model=MODEL, messages=HELLO)
    assert answer.choices[0].message.content == "Here at last."
    assert [call["status"] for call in gonogo_mock.journal] == [429, 503, 200]
    assert gonogo_mock.card.marks["retry.after-kept"] == "PASS"
    assert not gonogo_mock.card.failed, gonogo_mock.card


def test_an_empty_wallet_is_no_reason_to_try_again(gonogo_mock):
    gonogo_mock.wallet.drain()
    with pytest.raises(openai.APIStatusError, match="402"):
        openai.OpenAI().chat.completions.create(model=MODEL, messages=HELLO)
    assert len(gonogo_mock.journal) == 1
    gonogo_mock.wallet.top_up(1)
    openai.OpenAI().chat.completions.create(model=MODEL, messages=HELLO)
    assert gonogo_mock.wallet.charged > 0
