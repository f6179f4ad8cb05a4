"""Metrics for Prometheus, added up over all workers. The only file that knows its client.

Counters come from the ledger and the journal, so a scrape reads them; nothing is kept for its sake.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from mock_server.control.page import Asked, Refused, page
from mock_server.keys import NANO_USD
from mock_server.message import Reply
from mock_server.state import Sum, Totals, Wishes


@page("GET", "metrics")
async def metrics(asked: Asked) -> object:
    """Answer with what Prometheus scrapes."""
    client, core, exposition = _client()
    totals: Totals = await asked.grant(_sum())
    tallies: dict[str, int] = await asked.grant(asked.edge.journal.tallies())
    settings = asked.edge.gateway.settings
    told = [("fault", name) for name in settings.faults]
    told += [("variant", name) for name in settings.variants]
    families = _families(core, totals, tallies, told)
    registry = client.CollectorRegistry(auto_describe=False)
    registry.register(_Collector(list(families)))
    return Reply(
        200, exposition.generate_latest(registry), {"content-type": client.CONTENT_TYPE_LATEST}
    )


class _Collector:
    def __init__(self, families: list[Any]) -> None:
        self._families = families

    def collect(self) -> list[Any]:
        """Return the families of a scrape; what the client's registry asks for."""
        return self._families


def _families(
    core: ModuleType, totals: Totals, tallies: Mapping[str, int], told: list[tuple[str, str]]
) -> Iterator[Any]:
    requests = core.CounterMetricFamily(
        "gonogo_requests", "Requests answered.", labels=("operation", "status")
    )
    for tally, count in sorted(tallies.items()):
        requests.add_metric(tally.split(" "), count)
    yield requests
    tokens = core.CounterMetricFamily("gonogo_tokens", "Tokens charged.", labels=("kind",))
    tokens.add_metric(("prompt",), totals.prompt_tokens)
    tokens.add_metric(("completion",), totals.completion_tokens)
    yield tokens
    settled = ("gonogo_settled_requests", "Requests in the ledger.")
    yield core.CounterMetricFamily(*settled, value=totals.settled)
    charged = ("gonogo_charged_usd", "Money charged to wallets.")
    yield core.CounterMetricFamily(*charged, value=totals.charged / NANO_USD)
    held = ("gonogo_held_usd", "Money on hold for calls in flight.")
    yield core.GaugeMetricFamily(*held, value=totals.held / NANO_USD)
    flying = ("gonogo_calls_in_flight", "Calls that hold money now, streams included.")
    yield core.GaugeMetricFamily(*flying, value=totals.in_flight)
    force = core.GaugeMetricFamily(
        "gonogo_behaviour", "Faults and variants in force.", labels=("kind", "name")
    )
    for kind, name in told:
        force.add_metric((kind, name), 1)
    yield force


def _sum() -> Wishes:
    return (yield Sum())


def _client() -> tuple[ModuleType, ...]:
    try:
        # No import statements, so that who has not installed it can check the types too.
        return (
            importlib.import_module("prometheus_client"),
            importlib.import_module("prometheus_client.core"),
            importlib.import_module("prometheus_client.exposition"),
        )
    except ModuleNotFoundError:
        raise Refused(
            "metrics need prometheus-client; install it with: pip install 'gonogo[metrics]'", 501
        ) from None
