"""Drawings of the house for the site: each tower's floors as import-linter holds them, as SVG."""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

WIDTH, FLOOR, GAP, PAD, ROOM = 860, 34, 10, 16, 8


def floors(root: Path, tower: str) -> str:
    """Return the drawing of a tower: the highest floor on top, one that may import the lower."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each.get("containers") == [tower])
    rows = [[room.strip() for room in layer.replace("|", ":").split(":")] for layer in layers]
    height = PAD * 2 + len(rows) * (FLOOR + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="floors of {escape(tower)}" font-family="sans-serif">',
    ]
    for place, rooms in enumerate(rows):
        top = PAD + place * (FLOOR + GAP)
        width = (WIDTH - 2 * PAD - ROOM * (len(rooms) - 1)) / len(rooms)
        for column, room in enumerate(rooms):
            left = PAD + column * (width + ROOM)
            parts.append(
                f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{FLOOR}" rx="6" '
                'fill="#e0f2f1" stroke="#00796b"/>'
                f'<text x="{left + width / 2:.1f}" y="{top + 22}" font-size="13" '
                f'text-anchor="middle" fill="#004d40">{escape(room)}</text>'
            )
    return "\n".join([*parts, "</svg>"]) + "\n"
