"""Settings: everything a mock is started with, frozen. Knows nothing of how they were given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mock_server.door import Door
from mock_server.keys import Caller
from mock_server.pace import Pace
from openapi import ModelFacts, contract


class SettingsError(Exception):
    """The mock cannot start as asked: what is wrong and what to do, in one sentence."""


def _shipped() -> ModelFacts:
    facts = contract().model
    if facts is None:
        raise SettingsError("the contract has no x-model block; nothing can be served from it")
    return facts


@dataclass(frozen=True, slots=True)
class Settings:
    """What a mock is."""

    model: ModelFacts = field(default_factory=_shipped)
    """What is promised of the model; the mock enforces it."""
    keys: tuple[str, ...] = ()
    """Keys besides the built-in ones, as `--key` gives them."""
    accounts: Mapping[str, Caller] = field(default_factory=dict)
    """More keys, each with the account that it opens."""
    engine: str = "seeded"
    """Name of a file in `engines/`."""
    tokenizer: str | None = None
    """File of a tokenizer to count with, instead of the shipped one."""
    faults: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    pace: Pace | None = None
    """When answers come; None for as soon as they can."""
    script: str | None = None
    """File of a script, which is read again when it changes."""
    trace: bool = False
    """Note of each call what goes out and when, from the start."""
    state: str = "memory"
    """Name of a file in `state/`."""
    cors: bool = True
    """Answer browsers from any origin, and let them read the documented headers."""
    lease: int = 600
    """Seconds after which a hold that nobody settled no longer counts."""
    spec: str | None = None
    """File of an OpenAPI document to serve in the place of the contract."""
    job_seconds: float = 2.0
    """How long a job takes."""
    media_url: str = ""
    """Where clients find the media host, such as `http://localhost:8081`; empty: where they find
    the mock."""
    webhook_hosts: tuple[str, ...] = ()
    """Hosts besides loopback that may be called back."""
    control_token: str = ""
    """What the control API asks for; empty switches it off."""
    control_hosts: tuple[str, ...] = ()
    """Names by which the control API may be asked, besides those that can only be this machine."""
    door: Door = field(default_factory=Door)
    """How the mock is reached, and what it bears of a client; for its own server."""
    engine_options: Mapping[str, object] = field(default_factory=dict)
    """What only the engine understands."""
