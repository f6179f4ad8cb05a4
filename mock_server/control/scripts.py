"""Scripts over the control API: set, dropped, begun anew; and why a request got its answer."""

from __future__ import annotations

import re
from typing import Any

from mock_server.control.page import Asked, Refused, page
from mock_server.explanations import EXPLAINED
from mock_server.scripts import repertoire
from mock_server.scripts.reading import ScriptError, plain
from mock_server.scripts.stage import Stage
from mock_server.state import Find, Wishes

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@page("GET", "scripts")
async def scripts(asked: Asked) -> object:
    """Answer with every script: what it says, and how far each step is."""
    stage = _stage(asked)
    return {
        "scripts": await asked.grant(repertoire.listed(stage, asked.now)),
        "wrong": getattr(stage.current, "wrong", "") or None,
    }


@page("PUT", "scripts/{name}")
async def put(asked: Asked) -> object:
    """Set a script: its JSON, or `{"toml": text}` or `{"yaml": text}`."""
    name = asked.arguments["name"]
    if not NAME.fullmatch(name):
        raise Refused("a script is named by up to 64 letters, digits, dots, dashes and underscores")
    try:
        document = _document(asked.document())
        return await asked.grant(repertoire.put(_stage(asked), name, document, asked.now))
    except ScriptError as error:
        raise Refused("; ".join(map(str, error.complaints))) from None


@page("DELETE", "scripts/{name}")
async def drop(asked: Asked) -> object:
    """Forget a script that was set; the one of a file then plays again."""
    if not await asked.grant(repertoire.drop(_stage(asked), asked.arguments["name"])):
        raise _unknown(asked)
    return {"dropped": asked.arguments["name"]}


@page("POST", "scripts/{name}/reset")
async def reset(asked: Asked) -> object:
    """Begin a script anew."""
    if not await asked.grant(repertoire.reset(_stage(asked), asked.arguments["name"], asked.now)):
        raise _unknown(asked)
    return {"reset": asked.arguments["name"]}


@page("GET", "explain/{id}")
async def explain(asked: Asked) -> object:
    """Answer with the step that answered a request, and what spoke against each other."""
    name = asked.arguments["id"]
    explanation = await asked.grant(_explained(name))
    _, lines = await asked.grant(asked.edge.journal.read())
    line = next((one for one in reversed(lines) if one["id"] == name), None)
    if explanation is None and line is None:
        raise Refused(
            f"no request {name[:128]!r} is remembered; its id stands in the answer's x-request-id",
            404,
        )
    if explanation is None:
        explanation = {"script": None, "step": None, "steps": []}
    return {"request": name, **explanation, "journal": line}


def _explained(name: str) -> Wishes:
    return (yield Find(EXPLAINED, name))


def _document(told: dict[str, Any]) -> Any:
    match told:
        case {"toml": str(text)}:
            return plain(text, ".toml")
        case {"yaml": str(text)}:
            return plain(text, ".yaml")
        case _:
            return told


def _stage(asked: Asked) -> Stage:
    return asked.edge.gateway.stage


def _unknown(asked: Asked) -> Refused:
    return Refused(f"there is no script {asked.arguments['name'][:64]!r} that was set here", 404)
