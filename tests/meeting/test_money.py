"""Wallet and quota as a state machine: balance, ledger, limits and usage never disagree."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mock_server.state import Inspect
from openapi import contract
from tests.mock_server.driving import Answer, ask, body, ledger, mock

SECOND = 1_000_000_000
KEY = {"authorization": "Bearer sk-aig-mock-small"}
ACCOUNT, LIMIT, WALLET = "small", 5, 30_000
"""An account of the mock: five requests a minute, and here a wallet of some nano-USD."""
BRIEF = settings(
    max_examples=40,
    stateful_step_count=25,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


class Account(RuleBasedStateMachine):
    """An account that is asked in both modes, badly, impatiently, and after a while."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_700_000_000 * SECOND
        self.app = mock(clock=lambda: self.now)
        self.app.edge.state.grant(Inspect(ACCOUNT, WALLET), self.now)
        self.facts = contract().model
        self.tokens = float(LIMIT)
        self.balance = WALLET
        self.settled = 0

    def _ask(self, sent: dict[str, Any], leaves_after: int | None = None) -> Answer | None:
        """Ask, and compare what the quota and the wallet say with this account of them."""
        answer = ask(self.app, sent, headers=KEY, leaves_after=leaves_after)
        assert answer.headers["x-ratelimit-limit-requests"] == str(LIMIT)
        if self.tokens < 1 - 1e-6:
            assert answer.status == 429
            missing = (1 - self.tokens) * 60 / LIMIT
            assert missing - 1e-3 <= int(answer.headers["retry-after"]) <= missing + 1
            return None
        self.tokens -= 1
        assert answer.status != 429
        remaining = int(answer.headers["x-ratelimit-remaining-requests"])
        assert remaining == int(self.tokens + 1e-6)
        return answer

    def _charge(self, usage: dict[str, int]) -> None:
        assert self.facts is not None
        self.balance -= usage["prompt_tokens"] * self.facts.input_price
        self.balance -= usage["completion_tokens"] * self.facts.output_price
        self.settled += 1

    @rule(cap=st.integers(1, 40), n=st.integers(1, 3), word=st.sampled_from(["hi", "one two"]))
    def whole(self, cap: int, n: int, word: str) -> None:
        answer = self._ask(body(word, max_tokens=cap, n=n))
        if answer is None:
            return
        if answer.status == 402:
            self._too_dear(cap * n)
        else:
            assert answer.status == 200
            usage = answer.document["usage"]
            assert self.facts is not None
            held = usage["prompt_tokens"] * self.facts.input_price
            held += cap * n * self.facts.output_price
            assert held <= self.balance, "answered on credit"
            self._charge(usage)

    @rule(cap=st.integers(1, 40))
    def streamed(self, cap: int) -> None:
        options = {"include_usage": True}
        answer = self._ask(body(max_tokens=cap, stream=True, stream_options=options))
        if answer is None:
            return
        if answer.status == 402:
            self._too_dear(cap)
            return
        events = [line[6:] for line in answer.body.split(b"\n") if line.startswith(b"data: {")]
        self._charge(json.loads(events[-1])["usage"])

    def _too_dear(self, completion: int) -> None:
        assert self.facts is not None
        dearest = 40 * self.facts.input_price + completion * self.facts.output_price
        assert self.balance < dearest, "refused for want of credit that is there"

    @rule(after=st.integers(1, 6))
    def left(self, after: int) -> None:
        answer = self._ask(body(max_tokens=40, stream=True), leaves_after=after)
        if answer is None or answer.status == 402:
            return
        last = ledger(self.app)["entries"][-1]
        self._charge(last)
        assert last["completion_tokens"] <= 40

    @rule(bad=st.sampled_from([{"n": 0}, {"temperature": 9}, {"messages": []}, {"model": "x"}]))
    def refused(self, bad: dict[str, Any]) -> None:
        answer = self._ask({**body(), **bad})
        if answer is not None:
            assert answer.status in (400, 404)

    @rule(seconds=st.sampled_from([1, 11, 12, 30, 60]))
    def wait(self, seconds: int) -> None:
        self.now += seconds * SECOND
        self.tokens = min(float(LIMIT), self.tokens + seconds * LIMIT / 60)

    @invariant()
    def books_agree(self) -> None:
        read = ledger(self.app)
        assert read["held"] == 0
        assert read["settled"] == self.settled == len(read["entries"])
        assert read["charged"] == sum(entry["cost"] for entry in read["entries"])
        assert read["balances"].get(ACCOUNT, WALLET) == self.balance
        assert self.balance == WALLET - read["charged"]
        assert self.balance >= 0


def test_balance_ledger_limits_and_usage_never_disagree() -> None:
    run_state_machine_as_test(Account, settings=BRIEF)


def test_a_wallet_that_loses_a_nano_dollar_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from mock_server.ledger import Ledger

    honest = Ledger.settle

    def greedy(self: Ledger, request: str, *rest: Any) -> bool:
        settled = honest(self, request, *rest)
        if settled and self.settled == 2:
            self.wallets[ACCOUNT].charged += 1
        return settled

    monkeypatch.setattr(Ledger, "settle", greedy)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Account, settings=BRIEF)
