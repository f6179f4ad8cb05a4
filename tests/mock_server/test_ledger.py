"""The ledger: every nano-dollar is in a wallet, on hold or charged, and charged once."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from mock_server.ledger import KEPT, Ending, Ledger

LEASE = 100


def test_a_hold_is_settled_once_whatever_is_tried_afterwards() -> None:
    ledger = Ledger()
    ledger.open("a", 1000)
    assert ledger.hold("r", "a", 600, LEASE, 0)
    assert ledger.available("a", 0) == 400
    assert ledger.settle("r", Ending.COMPLETE, 1, 2, 250)
    assert not ledger.settle("r", Ending.COMPLETE, 1, 2, 250)
    assert not ledger.release("r")
    assert (ledger.balance("a"), ledger.available("a", 0), ledger.charged) == (750, 750, 250)


def test_a_wallet_covers_a_hold_of_exactly_its_balance_and_no_more() -> None:
    ledger = Ledger()
    ledger.open("a", 1000)
    assert not ledger.hold("r", "a", 1001, LEASE, 0)
    assert ledger.hold("r", "a", 1000, LEASE, 0)
    assert not ledger.hold("s", "a", 1, LEASE, 0)


def test_a_released_hold_costs_nothing() -> None:
    ledger = Ledger()
    ledger.open("a", 1000)
    ledger.hold("r", "a", 600, LEASE, 0)
    assert ledger.release("r")
    assert (ledger.available("a", 0), ledger.held(), list(ledger.entries)) == (1000, 0, [])


def test_a_lease_that_ran_out_frees_the_money_and_can_still_be_settled() -> None:
    ledger = Ledger()
    ledger.open("a", 1000)
    ledger.hold("r", "a", 600, LEASE, 0)
    assert ledger.available("a", LEASE) == 1000
    assert ledger.settle("r", Ending.COMPLETE, 1, 1, 100)
    assert not ledger.settle("r", Ending.COMPLETE, 1, 1, 100)
    assert ledger.available("a", LEASE) == 900


def test_entries_are_bounded_and_totals_are_not() -> None:
    ledger = Ledger()
    ledger.open("a", 10**9)
    for number in range(KEPT + 5):
        ledger.hold(str(number), "a", 10, LEASE, 0)
        ledger.settle(str(number), Ending.COMPLETE, 1, 1, 3)
    assert len(ledger.entries) == KEPT
    assert (ledger.settled, ledger.charged) == (KEPT + 5, 3 * (KEPT + 5))


class Money(RuleBasedStateMachine):
    """Any order of holding, settling, releasing and waiting."""

    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.now = 0
        self.opened = {"a": 5000, "b": 0}
        self.numbers = 0
        for account, balance in self.opened.items():
            self.ledger.open(account, balance)

    @rule(target=holds, account=st.sampled_from("ab"), amount=st.integers(0, 3000))
    def hold(self, account: str, amount: int) -> tuple[str, int]:
        self.numbers += 1
        name = str(self.numbers)
        enough = self.ledger.available(account, self.now) >= amount
        held = self.ledger.hold(name, account, amount, self.now + LEASE, self.now)
        assert held == enough
        return name, amount

    @rule(hold=consumes(holds), part=st.floats(0, 1))
    def settle(self, hold: tuple[str, int], part: float) -> None:
        self.ledger.settle(hold[0], Ending.COMPLETE, 1, 1, int(hold[1] * part))

    @rule(hold=holds)
    def settle_again(self, hold: tuple[str, int]) -> None:
        before = self.ledger.charged
        first = self.ledger.settle(hold[0], Ending.INTERRUPTED, 1, 1, 1)
        again = self.ledger.settle(hold[0], Ending.INTERRUPTED, 1, 1, 1)
        assert not again
        assert self.ledger.charged == before + first

    @rule(hold=consumes(holds))
    def release(self, hold: tuple[str, int]) -> None:
        self.ledger.release(hold[0])

    @rule(pause=st.integers(1, 2 * LEASE))
    def wait(self, pause: int) -> None:
        self.now += pause

    @invariant()
    def nothing_is_lost(self) -> None:
        opened = sum(self.opened.values())
        assert sum(self.ledger.balances().values()) == opened - self.ledger.charged
        assert self.ledger.charged == sum(entry.cost for entry in self.ledger.entries)
        assert self.ledger.held() >= 0


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
