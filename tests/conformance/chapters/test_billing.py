"""Money: an empty wallet is refused, a refusal is free, and a cost can be read."""

from json import dumps as dump

import pytest

from conformance.exchange import Exchange
from conformance.verdict import Inconclusive, NotApplicable
from tests.conformance.answers import completion, exchange
from tests.conformance.chapters.judging import found, labelled, opinion

ANSWER = dump(completion()).encode()
POOR = b'{"error":{"message":"no","type":"insufficient_credits","code":"insufficient_credits"}}'


def poor(label: str = "plain", status: int = 402, body: bytes = POOR) -> Exchange:
    return labelled(exchange(body, status=status), label)


def costing(cost: str, status: int = 200) -> Exchange:
    headers = (("Content-Type", "application/json"), ("X-Cost-Cents", cost))
    return exchange(ANSWER if status == 200 else POOR, status=status, headers=headers)


def test_an_empty_wallet_that_is_answered_is_a_finding() -> None:
    assert opinion("billing.no-credit-refused", [labelled(exchange(ANSWER), "plain")])[0]
    assert not opinion("billing.no-credit-refused", [poor()])[0]


def test_a_429_says_nothing_of_wallets_but_is_not_402() -> None:
    assert isinstance(opinion("billing.no-credit-refused", [poor(status=429)])[1], Inconclusive)
    assert opinion("billing.no-credit-402", [poor(status=429)])[0]


def test_the_code_may_name_the_wallet_or_the_cap_of_the_key() -> None:
    capped = POOR.replace(b'"code":"insufficient_credits"', b'"code":"budget_exceeded"')
    assert not opinion("billing.no-credit-code", [poor(body=capped)])[0]
    other = POOR.replace(b'"code":"insufficient_credits"', b'"code":"payment"')
    assert opinion("billing.no-credit-code", [poor(body=other)])[0]


def test_a_refusal_in_plain_text_has_no_code_to_judge() -> None:
    _, undecided = opinion("billing.no-credit-code", [poor(body=b"Payment required")])
    assert isinstance(undecided, NotApplicable)


def test_a_stream_is_refused_like_the_rest_and_not_inside_itself() -> None:
    begun = labelled(exchange(b"data: " + POOR + b"\n\n", "text/event-stream"), "streamed")
    assert opinion("billing.no-credit-stream", [poor(), begun])[0]
    assert not opinion("billing.no-credit-stream", [poor(), poor("streamed")])[0]


def test_three_at_once_do_not_spend_what_is_not_there() -> None:
    crowd = [poor(f"at-once-{place}") for place in range(3)]
    assert not opinion("billing.no-credit-stable", [poor(), *crowd])[0]
    lucky = labelled(exchange(ANSWER), "at-once-2")
    assert opinion("billing.no-credit-stable", [poor(), *crowd[:2], lucky])[0]


@pytest.mark.parametrize("cost", ["0.000384", "0", "12", "1.5"])
def test_a_cost_is_a_plain_decimal(cost: str) -> None:
    assert not found("billing.cost-grammar", costing(cost))


@pytest.mark.parametrize("cost", ["3.84e-4", "$0.01", "0,01", "-1", "0.00003841", "NaN", ""])
def test_a_cost_that_a_meter_cannot_read_is_a_finding(cost: str) -> None:
    assert found("billing.cost-grammar", costing(cost))


@pytest.mark.parametrize(("cost", "free"), [("0", True), ("0.000000", True), ("0.01", False)])
def test_a_refusal_is_free(cost: str, free: bool) -> None:
    assert (not found("billing.refusals-free", costing(cost, 400))) is free
