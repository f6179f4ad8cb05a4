"""About: what a mock is, and what it can be told to do. Changes nothing."""

from __future__ import annotations

from mock_server.control.page import Asked, page
from mock_server.faults import fault
from mock_server.variants import variant


@page("GET", "about")
async def about(asked: Asked) -> object:
    """Answer with the engine, the model and its prices, and what the mock was started with."""
    gateway = asked.edge.gateway
    settings = gateway.settings
    return {
        "engine": f"{gateway.engine.name} {gateway.engine.version}",
        "model": settings.model.id,
        "context_window": settings.model.context_window,
        "prices": {"input": settings.model.input_price, "output": settings.model.output_price},
        "faults": settings.faults,
        "variants": settings.variants,
        "paced": settings.pace is not None,
        "shared": not settings.state.startswith("memory"),
        "seen": asked.edge.journal.seen,
        "now": asked.now,
    }


@page("GET", "behaviours")
async def behaviours(asked: Asked) -> object:
    """Answer with every fault and every variant, and what it does."""
    del asked
    registers = {"faults": fault, "variants": variant}
    return {
        word: {name: acts[0].sentence for name, acts in sorted(register.known().items())}
        for word, register in registers.items()
    }
