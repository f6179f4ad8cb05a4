"""Who is there: which model a run is about, by what the target lists and what was said of it."""

import asyncio
from dataclasses import replace
from json import dumps

import pytest

from conformance.budget import Governor
from conformance.errors import UsageError
from conformance.exchange import Exchange, Request, Setting
from conformance.perform import Performer
from conformance.run import introduce
from conformance.target import Budget, Target
from openapi import Scope, contract
from tests.conformance.answers import exchange

OURS = "google/gemma-7b-it-lora"


def introduced(body: object, scope: Scope | None) -> Setting:
    """Return the setting of a run with a target that lists its models so."""

    class Listing:
        async def perform(self, request: Request) -> Exchange:
            return replace(exchange(dumps(body).encode()), request=request)

    async def at_once(seconds: float) -> None:
        del seconds

    governor = Governor(Budget(), (0, 0))
    performer = Performer(Listing(), governor, lambda: 0.0, at_once, lambda each: None)
    target = Target(url="http://127.0.0.1:9/v1", scope=scope)
    return asyncio.run(introduce(target, contract(), performer, ("valid",), 1))


def listing(*names: str) -> object:
    return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}


def test_the_contracts_model_is_chosen_where_it_is_listed_among_others() -> None:
    assert introduced(listing("other", OURS), None).model == OURS
    assert introduced(listing("other", OURS), None).scope == "gateway"


def test_the_only_model_is_chosen() -> None:
    assert introduced(listing("other"), None).model == "other"
    assert introduced(listing("other"), Scope.GATEWAY).model == "other"


@pytest.mark.parametrize(
    "body", [[], {"data": 5}, listing(), listing(f"{OURS}:json", f"{OURS}:pirate")]
)
def test_a_broken_list_hides_the_model_of_no_gateway_that_promised_it(body: object) -> None:
    assert introduced(body, Scope.GATEWAY).model == OURS
    with pytest.raises(UsageError, match="model"):
        introduced(body, None)
