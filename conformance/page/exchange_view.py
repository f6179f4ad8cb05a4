"""Exchange view: one cited exchange as a piece of the page, cut to what the page can afford."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.page import fragment, trusted
from conformance.page.words import milliseconds

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of an exchange is shown."""

    body: int
    """Characters of a body."""
    events: int
    headers: int = 40

    @property
    def data(self) -> int:
        """Characters of the data of an event."""
        return 240 if self.body > 1000 else 120


WHOLE = Detail(body=4200, events=80)
SHORT = Detail(body=1200, events=20)
BRIEF = Detail(body=400, events=6, headers=16)
NOTHING = Detail(body=0, events=0, headers=0)


def exchange_piece(
    identity: str, exchange: Mapping[str, Any], anchor: str, detail: Detail, *, opened: bool = False
) -> Markup:
    """Return the exchange as HTML."""
    if detail == NOTHING:
        return trusted(
            '<p class="small soft">The page is full; the exchange is in the JSON report.</p>'
        )
    request = exchange["request"]
    view = {
        "id": identity[:120],
        "anchor": anchor,
        "open": opened,
        "line": _line(exchange),
        "method": request["method"][:20],
        "path": request["path"][:400],
        "sent_headers": _headers(request["headers"], detail),
        "sent_body": _cut(request["body"], min(detail.body, 1600)),
        "status": exchange["status"],
        "headers": _headers(exchange["headers"], detail),
        "body": _cut(exchange["body"], detail.body),
        "axis": None,
        "events": [],
        "more_events": "",
    }
    events = exchange.get("events") or {"count": 0, "rows": []}
    rows = events["rows"][: detail.events]
    if rows:
        view["events"] = _events(rows, detail)
        view["axis"] = _axis(exchange, events["rows"])
        left = events["count"] - len(rows)
        if left:
            view["more_events"] = f"{left:,} more events are in the evidence."
    return fragment("exchange.html.j2", x=view)


def _line(exchange: Mapping[str, Any]) -> str:
    status = "no answer" if exchange["status"] is None else f"status {exchange['status']}"
    ending = exchange["ending"] + (f": {exchange['detail'][:200]}" if exchange["detail"] else "")
    size = f"{exchange['bytes']:,} bytes"
    tries = f" · try {exchange['attempt']}" if exchange["attempt"] > 1 else ""
    return f"{status} · {size} · {milliseconds(exchange['ended_at'])} · {ending}{tries}"


def _headers(pairs: list[list[str]], detail: Detail) -> list[tuple[str, str]]:
    return [(name[:80], _cut(value, 300)) for name, value in pairs[: detail.headers]]


def _cut(text: str, limit: int) -> str:
    left = len(text) - limit
    return text if left <= 0 else f"{text[:limit]} … ({left:,} characters more)"


def _events(rows: list[Mapping[str, Any]], detail: Detail) -> list[dict[str, str]]:
    shown, before = [], None
    for row in rows:
        at = row["at"]
        gap = "" if before is None or at is None else f"+{(at - before) * 1000:,.1f}"
        more = f" … ({row['cut']:,} more)" if row["cut"] else ""
        shown.append(
            {
                "start": f"{row['start']:,}",
                "end": f"{row['end']:,}",
                "at": milliseconds(at),
                "gap": gap,
                "type": row["type"],
                "data": _cut(row["data"], detail.data) + more,
            }
        )
        before = at
    return shown


def _axis(exchange: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    times = [row["at"] for row in rows if row["at"] is not None]
    end = max([exchange["ended_at"], *times], default=0.0)
    if not times or end <= 0:
        return None
    headers = exchange["headers_at"]
    places = dict.fromkeys(f"M{at / end * 1000:.0f} 8v18" for at in times)
    first, last = milliseconds(times[0]), milliseconds(times[-1])
    return {
        "ticks": "".join(places),
        "headers": None if headers is None else f"{headers / end * 1000:.1f}",
        "label": f"0 to {milliseconds(end)} after sending; headers (dashed) at "
        f"{milliseconds(headers)}, events from {first} to {last}",
    }
