"""The mock beside the others as a picture, from what `bench.mock` has written.

Run as `python -m bench.picture FILE.svg`. A bar is the median ratio to the bare application; the
line on it goes from the least to the most of the rounds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

from bench.mock import RESULTS

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "gonogo"

from matplotlib import pyplot  # noqa: E402 - the backend is chosen first

SHOWN = {"json": "JSON answers", "streams": "streams of 20 events"}
OURS, OTHERS, REFERENCE = "#0f766e", "#94a3b8", "#475569"


def draw(told: dict[str, Any], path: Path) -> None:
    """Draw the measures of a run of `bench.mock`."""
    figure, axes = pyplot.subplots(1, len(SHOWN), figsize=(10, 3.4), layout="constrained")
    for ax, (name, title) in zip(axes, SHOWN.items(), strict=True):
        rows = dict(reversed(told["measures"][name].items()))
        for place, (server, row) in enumerate(rows.items()):
            ratio = row["ratio"]
            color = OURS if server.startswith("gonogo") else OTHERS
            ax.barh(place, ratio["median"], color=REFERENCE if place == len(rows) - 1 else color)
            ax.plot([ratio["least"], ratio["most"]], [place, place], color="black", linewidth=1)
        ax.set_yticks(range(len(rows)), list(rows))
        ax.axvline(1, color=REFERENCE, linewidth=0.8, linestyle=":")
        ax.set_title(title)
        ax.set_xlabel("answers a second, bare Starlette = 1")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


if __name__ == "__main__":
    draw(json.loads(RESULTS.read_text(encoding="utf-8")), Path(sys.argv[1]))
