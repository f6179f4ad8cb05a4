"""Repertoire: scripts that are set, dropped and begun anew while the mock runs, as flows of wishes.

Knows no page and no call.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from mock_server.scripts.reaching import below
from mock_server.scripts.reading import Complaint, ScriptError, script
from mock_server.scripts.script import Per, Script
from mock_server.scripts.stage import KIND, MAIN, Stage
from mock_server.scripts.telling import plan
from mock_server.state import Count, Find, Keep, Listed, Wish

MOST = 1_000
"""Scripts set while a mock runs."""

Flow = Generator[Wish, Any, Any]


def put(stage: Stage, name: str, document: Any, now: int) -> Flow:
    """Set a script under a name, in the place of any before it; return what it says.

    Raises ScriptError for one that cannot be played.
    """
    told = script(document, name, stage.folder)
    if not stage.reaches and (step := below(told)):
        raise ScriptError([Complaint(step, "below HTTP, which this server cannot")])
    kept = yield Listed(KIND)
    if name not in kept and len(kept) >= MOST:
        raise ScriptError([Complaint("", f"there are {MOST} scripts already; drop some")])
    yield Keep(KIND, name, {"document": document, "turn": (yield Count("script-turns"))})
    # Only now: who asks for a script must not look for a record that is not there yet.
    stage.changed = True
    return (yield from listed(stage, now))[name]


def drop(stage: Stage, name: str) -> Flow:
    """Forget a script that was set; False if there is none."""
    found = yield Find(KIND, name)
    yield Keep(KIND, name, None)
    return found is not None and found["document"] is not None


def reset(stage: Stage, name: str, now: int) -> Flow:
    """Begin a script anew; False if there is none."""
    found = yield Find(KIND, name)
    if found is None and (name != MAIN or stage.current(now) is None):
        return False
    document = found["document"] if found is not None else None
    yield Keep(KIND, name, {"document": document, "turn": (yield Count("script-turns"))})
    stage.changed = True
    return True


def listed(stage: Stage, now: int) -> Flow:
    """Return every script by name: where it comes from, what it says, how far it is."""
    found: dict[str, tuple[Script, int, str]] = {}
    kept = yield Listed(KIND)
    of_file = stage.current(now)
    if of_file is not None:
        turn = kept[MAIN]["turn"] if MAIN in kept else 0
        found[MAIN] = (of_file, turn, "file")
    for name, record in kept.items():
        if record["document"] is not None:
            told = script(record["document"], name, stage.folder)
            found[name] = (told, record["turn"], "control")
    listing = {}
    for name, (told, turn, source) in found.items():
        steps = []
        for index, step in enumerate(told.steps):
            played = None
            if step.per is Per.SCRIPT:
                played = yield Count(f"script/{told.digest}-{turn}/{index}/", by=0)
                played = played if step.plays is None else min(played, step.plays)
            steps.append({"step": index + 1, "name": step.name, "played": played, "of": step.plays})
        listing[name] = {
            "name": told.name,
            "from": source,
            "steps": steps,
            "plan": list(plan(told)),
        }
    return listing
