"""Counting: a pytest plugin that counts what properties of readers execute, and bounds each.

An execution that takes more processor time than any input deserves fails with that input.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

PLACE = "GONOGO_PARSERS_COUNTED"
"""Environment variable with the file that the counts are written to."""
BOUND = 10.0
"""Seconds of processor time that one execution may take; documents are under 20 kB."""


class Count:
    """How often each reader was tried, and how long it took at most."""

    def __init__(self) -> None:
        self.executions: Counter[str] = Counter()
        self.slowest: dict[str, float] = {}

    def of(self, what: str, execute: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that counts and bounds each of its calls."""

        @wraps(execute)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.executions[what] += 1
            began = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, BOUND)
            try:
                return execute(*args, **kwargs)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                took = time.process_time() - began
                self.slowest[what] = max(took, self.slowest.get(what, 0.0))

        return counted


COUNT = Count()


def _too_long(number: int, frame: object) -> None:
    raise AssertionError(f"took more than {BOUND:g} seconds of processor time")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count every property that is marked as one of a reader."""
    signal.signal(signal.SIGPROF, _too_long)
    for item in items:
        mark = item.get_closest_marker("parser")
        if mark is not None:
            inner = item.obj.hypothesis  # type: ignore[attr-defined]
            inner.inner_test = COUNT.of(mark.args[0], inner.inner_test)


def pytest_sessionfinish() -> None:
    """Write what was counted."""
    told = {
        what: [number, COUNT.slowest.get(what, 0.0)] for what, number in COUNT.executions.items()
    }
    Path(os.environ[PLACE]).write_text(json.dumps(told), encoding="utf-8")
