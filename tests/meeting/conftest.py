"""Fixtures of the meeting: one run of the whole suite against the clean mock, shared by all."""

from __future__ import annotations

import asyncio

import pytest

from conformance.session import Options, Run, bundled_target, hold


@pytest.fixture(scope="session")
def clean_run() -> Run:
    """Every conversation with the clean mock, with all its keys."""
    with bundled_target() as (target, keys):
        return asyncio.run(hold(target, keys, Options()))
