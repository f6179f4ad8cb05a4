"""Measurements of the example report."""

from __future__ import annotations

from typing import Any


def measurements() -> dict[str, Any]:
    """Return the four measurements a run may hold."""
    return {
        "first-token": {
            "title": "Time to the first byte of the body, over the run",
            "x": "seconds into the run",
            "y": "seconds",
            "series": [
                {
                    "name": "streams",
                    "line": False,
                    "points": [[i * 0.7, 0.18 + (i * 37 % 11) / 90] for i in range(60)],
                }
            ],
        },
        "arrivals": {
            "title": "Arrival of the events of one stream",
            "x": "seconds after sending",
            "y": "event",
            "series": [
                {
                    "name": "baseline/streamed",
                    "line": True,
                    "points": [[0.18 + i * 0.031, i] for i in range(40)],
                }
            ],
        },
        "prompt-slope": {
            "title": "Prompt tokens against words sent",
            "x": "words in the messages",
            "y": "prompt_tokens",
            "series": [
                {
                    "name": "usage",
                    "line": False,
                    "points": [[i * 100, 12 + i * 130] for i in range(9)],
                }
            ],
        },
        "window": {
            "title": "Where the context window ends",
            "x": "words in the messages",
            "y": "answered (1) or refused (0)",
            "series": [
                {"name": "answered", "line": False, "points": [[500, 1], [1000, 1], [2900, 1]]},
                {"name": "refused", "line": False, "points": [[4000, 0], [3300, 0], [3050, 0]]},
            ],
        },
    }
