"""Blocking: the suite's edge for callers that wait for each answer. Knows no request."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from conformance.exchange import Exchange, Request
from conformance.redaction import Secrets
from conformance.wire import Edge, Settings

Result = TypeVar("Result")
Perform = Callable[[Request], Exchange]
"""Sends a request and returns what came of it; raises nothing. Any thread may call it."""


@contextlib.contextmanager
def blocking(settings: Settings, secrets: Secrets) -> Iterator[Perform]:
    """Yield a function that performs requests, on an event loop with a thread of its own.

    Raises UsageError for settings that cannot be used.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="gonogo-edge", daemon=True)
    thread.start()

    def wait_for(work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    async def made() -> Edge:
        return Edge(settings, secrets)

    async def settled(edge: Edge | None) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if edge is not None:
            await edge.aclose()

    edge = None
    try:
        edge = wait_for(made())
        yield lambda request: wait_for(edge.perform(request))
    finally:
        wait_for(settled(edge))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
