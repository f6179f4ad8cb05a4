"""What a soak held, as rows, as a judgement, and on the page. Knows no clock and no process."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.marks import between
from bench.soak.watched import Sample

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
GROWTH = 8.0
"""MB by which memory may differ between the third and the last quarter: what is remembered is full
by then, and what is left is how an allocator breathes."""
MEMORY = 250.0
"""MB that are never exceeded."""
PAYS = "key-1"
"""The account of the key that pays for whatever it asks."""


@dataclass(frozen=True)
class Figures:
    """What came of a soak."""

    seconds: float
    clients: int
    acted: Sequence[tuple[Mapping[str, int], Sequence[str], int]]
    """For each client: what it did how often, what was wrong, and nano-USD it owes."""
    samples: Sequence[Sample]
    at_rest: Sample
    left: Sample
    """Before the first client came, and after the last had left."""
    books: Mapping[str, Any]
    """The ledger, in the end."""

    @property
    def done(self) -> Counter[str]:
        """What was done how often."""
        return sum((Counter(done) for done, _, _ in self.acted), Counter())

    @property
    def wrong(self) -> list[str]:
        """What was not as it has to be."""
        return [sentence for _, wrong, _ in self.acted for sentence in wrong]

    def quarter(self, number: int) -> list[Sample]:
        """Return the samples of a quarter of the time, 0 to 3."""
        size = len(self.samples) / 4
        return list(self.samples[int(number * size) : int((number + 1) * size)])

    def memory(self, number: int) -> float:
        """Return the median memory of a quarter, in MB."""
        return statistics.median(each.memory for each in self.quarter(number))


def judged(figures: Figures) -> list[str]:
    """Return a sentence for whatever is not as it has to be."""
    found = [f"not as it has to be: {wrong}" for wrong in figures.wrong[:20]]
    growth = figures.memory(3) - figures.memory(2)
    if growth > GROWTH:
        found.append(f"memory grew by {growth:.1f} MB from the third quarter to the last")
    most = max(each.memory for each in figures.samples)
    if most > MEMORY:
        found.append(f"memory reached {most:.0f} MB")
    if figures.left.descriptors > figures.at_rest.descriptors + 1:
        found.append(f"{figures.left.descriptors} descriptors are open though everybody left")
    books = figures.books
    if books["held"]:
        found.append(f"{books['held']} nano-USD are held though everybody left")
    owed = sum(owed for _, _, owed in figures.acted)
    charged = books["wallets"][PAYS]["charged"]
    if charged != owed:
        found.append(f"{charged} nano-USD were charged for answers that cost {owed}")
    for account, wallet in books["wallets"].items():
        due = wallet["opening"] + wallet["moved"] - wallet["charged"]
        if books["balances"][account] != due:
            found.append(f"the balance of {account} is not what its wallet says")
    if sum(wallet["charged"] for wallet in books["wallets"].values()) != books["charged"]:
        found.append("the wallets were charged something else than the ledger says")
    return found


def rows(figures: Figures) -> list[tuple[str, str]]:
    """Return what was measured, in words and figures."""
    done, samples = figures.done, figures.samples
    health = sorted(each.health for each in samples)
    minutes = figures.seconds / 60
    return [
        ("minutes, with clients at once", f"{minutes:.0f}, with {figures.clients}"),
        ("things done", f"{done.total():,}: {', '.join(f'{k} {v:,}' for k, v in done.items())}"),
        ("not as it has to be", str(len(figures.wrong))),
        ("memory by quarters, median", " · ".join(f"{figures.memory(n):.0f} MB" for n in range(4))),
        ("memory at most", f"{max(each.memory for each in samples):.0f} MB"),
        (
            "descriptors before, at most, after",
            f"{figures.at_rest.descriptors}, {max(each.descriptors for each in samples)}, "
            f"{figures.left.descriptors}",
        ),
        (
            "health: median, 99 of 100, worst",
            f"{statistics.median(health) * 1000:.0f} ms, "
            f"{health[int(len(health) * 0.99)] * 1000:.0f} ms, {health[-1] * 1000:.0f} ms",
        ),
        (
            "charged, as the client's own sums say",
            f"{figures.books['wallets'][PAYS]['charged'] / 1e9:.6f} USD, to the nano-dollar",
        ),
        ("held in the end", str(figures.books["held"])),
    ]


def written(page: str, figures: Figures) -> str:
    """Return the page with these figures between its marks."""
    return between(page, "soak", ("", ""), rows(figures))
