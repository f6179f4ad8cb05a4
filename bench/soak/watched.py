"""A look at a process: what it takes now. Linux."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process took at one moment."""

    memory: float
    """Resident, in MB."""
    descriptors: int
    health: float
    """Seconds that `/healthz` took."""


def sampled(pid: int, health: float) -> Sample:
    """Look at a process."""
    folder = Path(f"/proc/{pid}")
    found = re.search(r"VmRSS:\s+(\d+) kB", (folder / "status").read_text())
    assert found is not None
    return Sample(int(found[1]) / 1_000, len(list((folder / "fd").iterdir())), health)
