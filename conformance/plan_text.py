"""Plan text: a plan on the console. Plans nothing."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.pacing import expectation
from conformance.planning import Plan, Share
from conformance.showing import one_line

MOST_PATHS = 12


def show_plan(plan: Plan, url: str, console: Console) -> None:
    """Print what a run would send."""
    console.print(Text(f"nothing was sent to {url}; this is what a run sends", style="bold"))
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("chapter")
    for name in ("conversations", "requests", "tokens at most", "USD at most"):
        table.add_column(name, justify="right")
    for chapter, share in plan.shares.items():
        table.add_row(chapter, *_cells(share))
    table.add_section()
    table.add_row("all", *_cells(plan.total))
    console.print(table)
    for words, count in plan.sent.most_common(MOST_PATHS):
        console.print(Text(f"{count:6,}  {one_line(words, 80)}", style="dim"))
    others = sum(plan.sent.values()) - sum(n for _, n in plan.sent.most_common(MOST_PATHS))
    if others:
        console.print(Text(f"{others:6,}  to other paths", style="dim"))
    console.print(Text(f"the bundled mock took {plan.usual:,} tokens for all of it"))
    if said := expectation(plan.total.requests, plan.per_minute):
        console.print(Text(said))
    for sentence in plan.beyond:
        console.print(Text(f"the budget may end the run early: {sentence}", style="yellow"))
    if not plan.beyond:
        console.print(Text("it stays within the budget"))


def _cells(share: Share) -> tuple[str, str, str, str]:
    tokens, usd = f"{share.tokens:,}", f"{share.usd:.6f}"
    return f"{share.conversations:,}", f"{share.requests:,}", tokens, usd
