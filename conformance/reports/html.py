"""HTML: one self-contained page for a manager, a vendor and a developer. Needs the extra `report`.

Knows the document only; what does not fit into the page stays in the JSON report, and is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.page import compose, environment, trusted
from conformance.page.exchange_view import BRIEF, NOTHING, SHORT, WHOLE, Detail, exchange_piece
from conformance.page.plots import plots
from conformance.page.report_view import chapter_values, page_values

if TYPE_CHECKING:
    from markupsafe import Markup

AFFORDED = 1_200_000
"""Bytes that all exchanges of a page may take together."""

_LADDER = ((WHOLE, WHOLE), (WHOLE, SHORT), (SHORT, SHORT), (SHORT, BRIEF), (BRIEF, BRIEF))
"""How the first exchange of a ruling and the others are shown, most generous first."""


def ready() -> None:
    """Raise UsageError when Jinja2 is not installed."""
    environment()


def render(document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Return the page; raises UsageError when Jinja2 is not installed."""
    return compose(
        "report.html.j2",
        **page_values(document),
        chapters=chapter_values(document, pieces(document)),
        plots=plots(document["measurements"]),
    )


def pieces(document: Mapping[str, Any]) -> dict[tuple[str, int], Markup]:
    """Return the exchange of each finding; one that was shown before is linked to."""
    exchanges = document["exchanges"]
    details = _details(document)
    anchors: dict[str, str] = {}
    found: dict[tuple[str, int], Markup] = {}
    for identity, index, name in _cited(document):
        if name not in exchanges:
            continue
        if name in anchors:
            link = f'<p class="small"><a href="#{anchors[name]}">its exchange</a> stands above</p>'
            found[identity, index] = trusted(link)
            continue
        detail = details[name]
        anchors[name] = f"exchange-{len(anchors) + 1}"
        found[identity, index] = exchange_piece(name, exchanges[name], anchors[name], detail)
    return found


def _cited(document: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    for row in document["rulings"]:
        for index, finding in enumerate(row["findings"]):
            yield row["requirement"], index, finding["evidence"]


def _details(document: Mapping[str, Any]) -> dict[str, Detail]:
    exchanges = document["exchanges"]
    first: dict[str, bool] = {}
    for _, index, name in _cited(document):
        if name in exchanges:
            first[name] = first.get(name, False) or index == 0
    for generous, sparing in _LADDER:
        chosen = {name: generous if leads else sparing for name, leads in first.items()}
        if sum(_cost(exchanges[name], detail) for name, detail in chosen.items()) <= AFFORDED:
            return chosen
    left = AFFORDED
    chosen = {}
    for name in sorted(first, key=lambda each: not first[each]):
        cost = _cost(exchanges[name], BRIEF)
        chosen[name] = BRIEF if cost <= left else NOTHING
        left -= cost if cost <= left else 0
    return chosen


def _cost(exchange: Mapping[str, Any], detail: Detail) -> int:
    """Return about how many bytes of page an exchange takes; a quote is five once escaped."""
    rows: list[Mapping[str, Any]] = (exchange.get("events") or {"rows": []})["rows"]
    body: str = "" if rows else exchange["body"][: detail.body]
    sent: str = exchange["request"]["body"][: min(detail.body, 1600)]
    heads = sum(len(name) + len(value[:300]) + 40 for name, value in exchange["headers"][:40])
    events = "".join(row["data"][: detail.data] for row in rows[: detail.events])
    text = sent + body + events
    marks = 170 * min(len(rows), detail.events) + 9 * len(rows)
    return 1300 + heads + marks + len(text.encode("utf-8", "replace")) + 4 * text.count('"')
