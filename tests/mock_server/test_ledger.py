"""The ledger: every nano-dollar is in a wallet, on hold or charged, and charged once."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from mock_server.ledger import EXPIRED_AT_ONCE, KEPT, Ending, Entry, Ledger, Refusal

LEASE = 100
NOW = 7


def opened(balance: int = 1000) -> Ledger:
    ledger = Ledger()
    ledger.open("a", balance)
    return ledger


def test_a_hold_is_settled_once_whatever_is_tried_afterwards() -> None:
    ledger = opened()
    assert ledger.hold("r", "a", "a", 600, LEASE) is None
    assert ledger.wallets["a"].available == 400
    assert ledger.settle("r", Ending.COMPLETE, 1, 2, 250, NOW)
    assert not ledger.settle("r", Ending.COMPLETE, 1, 2, 250, NOW)
    assert not ledger.release("r")
    wallet = ledger.wallets["a"]
    assert (wallet.balance, wallet.available, ledger.charged) == (750, 750, 250)


def test_a_wallet_covers_a_hold_of_exactly_its_balance_and_no_more() -> None:
    ledger = opened()
    assert ledger.hold("r", "a", "a", 1001, LEASE) is Refusal.WALLET
    assert ledger.hold("r", "a", "a", 1000, LEASE) is None
    assert ledger.hold("s", "a", "a", 1, LEASE) is Refusal.WALLET


def test_an_empty_wallet_covers_what_costs_nothing() -> None:
    assert opened(0).hold("r", "a", "a", 0, LEASE) is None


def test_a_released_hold_costs_nothing() -> None:
    ledger = opened()
    ledger.hold("r", "a", "a", 600, LEASE)
    assert ledger.release("r")
    assert (ledger.wallets["a"].available, ledger.held(), list(ledger.entries)) == (1000, 0, [])


def test_a_lease_that_ran_out_frees_the_money_and_can_still_be_settled() -> None:
    ledger = opened()
    ledger.hold("r", "a", "a", 600, LEASE)
    ledger.expire(LEASE - 1)
    assert ledger.wallets["a"].available == 400
    ledger.expire(LEASE)
    assert ledger.wallets["a"].available == 1000
    assert ledger.settle("r", Ending.COMPLETE, 1, 1, 100, NOW)
    assert not ledger.settle("r", Ending.COMPLETE, 1, 1, 100, NOW)
    assert ledger.wallets["a"].available == 900


def test_each_lease_runs_out_in_its_own_time() -> None:
    ledger = opened()
    ledger.hold("r", "a", "a", 100, LEASE)
    ledger.hold("s", "a", "a", 200, 2 * LEASE)
    ledger.expire(LEASE)
    assert (ledger.held(), ledger.in_flight) == (200, 1)
    ledger.expire(2 * LEASE - 1)
    assert (ledger.held(), ledger.in_flight) == (200, 1)
    ledger.expire(2 * LEASE)
    assert (ledger.held(), ledger.in_flight) == (0, 0)


def test_no_request_pays_for_the_leases_of_many() -> None:
    ledger = opened()
    for number in range(3 * EXPIRED_AT_ONCE):
        ledger.hold(str(number), "a", "a", 1, LEASE)
    ledger.expire(LEASE)
    assert ledger.in_flight == 2 * EXPIRED_AT_ONCE
    ledger.expire(LEASE)
    assert ledger.in_flight == EXPIRED_AT_ONCE


def test_of_the_leases_that_ran_out_the_oldest_are_forgotten() -> None:
    ledger = opened(KEPT + 1)
    for number in range(KEPT + 1):
        ledger.hold(str(number), "a", "a", 1, LEASE)
    while ledger.in_flight:
        ledger.expire(LEASE)
    assert not ledger.settle("0", Ending.COMPLETE, 1, 1, 1, NOW)
    assert ledger.settle("1", Ending.COMPLETE, 1, 1, 1, NOW)


def test_an_entry_says_who_paid_what_when_and_what_is_left() -> None:
    ledger = opened()
    ledger.pay_in("a", 50)
    ledger.hold("r", "child", "a", 600, LEASE)
    ledger.hold("s", "a", "a", 100, LEASE)
    ledger.settle("r", Ending.COMPLETE, 3, 4, 250, NOW, "m", "t")
    assert list(ledger.entries) == [
        Entry("r", "child", Ending.COMPLETE, 3, 4, 250, 800, "a", NOW, "m", "t")
    ]
    assert (ledger.prompt_tokens, ledger.completion_tokens) == (3, 4)


def test_a_cap_counts_what_an_account_spends_from_anothers_wallet() -> None:
    ledger = opened()
    assert ledger.hold("r", "child", "a", 300, LEASE, cap=500) is None
    assert ledger.hold("s", "child", "a", 201, LEASE, cap=500) is Refusal.CAP
    ledger.settle("r", Ending.COMPLETE, 1, 1, 100, NOW)
    assert ledger.hold("s", "child", "a", 401, LEASE, cap=500) is Refusal.CAP
    assert ledger.hold("s", "child", "a", 400, LEASE, cap=500) is None
    assert ledger.hold("t", "other", "a", 500, LEASE, cap=500) is None
    assert ledger.wallets["a"].available == 0


def test_what_is_paid_in_and_what_is_set_is_exact() -> None:
    ledger = opened()
    ledger.hold("r", "a", "a", 600, LEASE)
    ledger.pay_in("a", 50)
    assert ledger.wallets["a"].available == 450
    ledger.set_available("a", 7)
    assert (ledger.wallets["a"].available, ledger.wallets["a"].balance) == (7, 607)


def test_entries_are_bounded_and_totals_are_not() -> None:
    ledger = opened(10**9)
    for number in range(KEPT + 5):
        ledger.hold(str(number), "a", "a", 10, LEASE)
        ledger.settle(str(number), Ending.COMPLETE, 1, 1, 3, NOW)
    assert len(ledger.entries) == KEPT
    assert (ledger.settled, ledger.charged) == (KEPT + 5, 3 * (KEPT + 5))


ACCOUNTS = {"a": "a", "b": "b", "child-of-a": "a"}


class Money(RuleBasedStateMachine):
    """Any order of holding, settling, releasing, paying in, draining and waiting."""

    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.now = 0
        self.paid = {"a": 5000, "b": 0}
        self.numbers = 0
        for account, balance in self.paid.items():
            self.ledger.open(account, balance)

    @rule(
        target=holds,
        account=st.sampled_from(sorted(ACCOUNTS)),
        amount=st.integers(0, 3000),
        cap=st.none() | st.integers(0, 4000),
    )
    def hold(self, account: str, amount: int, cap: int | None) -> tuple[str, int]:
        self.numbers += 1
        name, wallet = str(self.numbers), ACCOUNTS[account]
        self.ledger.expire(self.now)
        spent = self.ledger.spent.get(account)
        used = spent.charged + spent.held if spent else 0
        fits = cap is None or used + amount <= cap
        enough = self.ledger.wallets[wallet].available >= amount
        refusal = self.ledger.hold(name, account, wallet, amount, self.now + LEASE, cap)
        expected = None if fits and enough else Refusal.WALLET if fits else Refusal.CAP
        assert refusal is expected
        return name, amount

    @rule(hold=consumes(holds), part=st.floats(0, 1))
    def settle(self, hold: tuple[str, int], part: float) -> None:
        self.ledger.settle(hold[0], Ending.COMPLETE, 1, 1, int(hold[1] * part), NOW)

    @rule(hold=holds)
    def settle_again(self, hold: tuple[str, int]) -> None:
        before = self.ledger.charged
        first = self.ledger.settle(hold[0], Ending.INTERRUPTED, 1, 1, 1, NOW)
        again = self.ledger.settle(hold[0], Ending.INTERRUPTED, 1, 1, 1, NOW)
        assert not again
        assert self.ledger.charged == before + first

    @rule(hold=consumes(holds))
    def release(self, hold: tuple[str, int]) -> None:
        self.ledger.release(hold[0])

    @rule(wallet=st.sampled_from("ab"), amount=st.integers(0, 2000))
    def pay_in(self, wallet: str, amount: int) -> None:
        self.ledger.pay_in(wallet, amount)
        self.paid[wallet] += amount

    @rule(wallet=st.sampled_from("ab"), amount=st.integers(0, 2000))
    def set_available(self, wallet: str, amount: int) -> None:
        before = self.ledger.wallets[wallet].available
        self.ledger.set_available(wallet, amount)
        self.paid[wallet] += amount - before

    @rule(pause=st.integers(1, 2 * LEASE))
    def wait(self, pause: int) -> None:
        self.now += pause

    @invariant()
    def nothing_is_lost(self) -> None:
        entries = list(self.ledger.entries)
        for name, wallet in self.ledger.wallets.items():
            charged = sum(entry.cost for entry in entries if entry.wallet == name)
            assert charged == self.paid[name] - wallet.available - wallet.held
            assert wallet.held >= 0
            assert wallet.held == sum(
                spent.held
                for account, spent in self.ledger.spent.items()
                if ACCOUNTS[account] == name
            )
        for account, spent in self.ledger.spent.items():
            assert spent.charged == sum(one.cost for one in entries if one.account == account)
        assert self.ledger.charged == sum(entry.cost for entry in entries)


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
