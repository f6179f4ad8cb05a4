"""Director: which answer of which script a call gets.

Yields wishes for what workers share: positions, scripts set while the mock runs, explanations.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from mock_server import registry
from mock_server.call import Call
from mock_server.engines.script import unforeseen
from mock_server.explanations import Explanations
from mock_server.keys import credentials, shown
from mock_server.problem import Problem
from mock_server.scripts.explaining import told
from mock_server.scripts.facts import Facts
from mock_server.scripts.positions import Positions
from mock_server.scripts.production import Production
from mock_server.scripts.reaching import below
from mock_server.scripts.reading import Complaint, ScriptError, script
from mock_server.scripts.script import Per, Script, Step
from mock_server.scripts.stage import HEADER, KIND, MAIN, NEXT, Stage
from mock_server.state import Find, Read, Wish, Wishes
from mock_server.text import NotJsonError, dumps, loads

if TYPE_CHECKING:
    from mock_server.gateway import Gateway
    from mock_server.prose.phrasebook import Tokenizer

INLINE = "(header)"
"""Name of a script that stands in a request itself, and plays for that one."""


class Director:
    """Decides for the calls of one stage."""

    def __init__(self, stage: Stage, tokens: Callable[[], Tokenizer]) -> None:
        """`tokens` loads a tokenizer."""
        self._stage = stage
        self._tokens = functools.cache(tokens)
        self._positions = Positions()
        self._explanations = Explanations()
        self._produced = functools.lru_cache(maxsize=256)(self._produce)
        self._loaded: Production | None = None

    def begin(self, gateway: Gateway, call: Call) -> Generator[Wish, Any, Gateway]:
        """Decide before admission, where some answer changes it; return the gateway that admits."""
        playing = yield from self._productions(gateway, call)
        if not any(one.early for one in playing):
            return gateway
        raw: bytes | None = b""
        body: Any = {}
        if call.incoming.method == "POST":
            raw = yield Read(gateway.settings.model.body_limit)
            call.ahead = (raw,)
            with contextlib.suppress(NotJsonError):
                body = loads(raw or b"")
        facts = yield from self._facts(gateway, call, body if isinstance(body, dict) else {})
        return (yield from self._decide(call, playing, facts, raw or b"", early=True)) or gateway

    def play(self, gateway: Gateway, call: Call) -> Wishes:
        """Decide for a request that could be answered, and answer it where the script says how."""
        if call.performance is None:
            playing = yield from self._productions(gateway, call)
            if not playing:
                return
            facts = yield from self._facts(gateway, call, call.body)
            yield from self._decide(call, playing, facts, call.raw, early=False)
            if not call.played and playing[-1].script.refuses and gateway.takes_body(call):
                raise unforeseen(call.id)
        if call.performance is not None:
            call.performance.finish(call)

    def _decide(
        self, call: Call, playing: list[Production], facts: Facts, raw: bytes, early: bool
    ) -> Generator[Wish, Any, Gateway | None]:
        lines: list[dict[str, Any]] = []
        for production in playing:
            tried = yield from self._tried(production, facts, raw, early)
            if tried is None:
                return None  # it is the turn of a step of this script, once the call is admitted
            winner, play, exhausted = tried
            lines += told(
                production.script,
                facts,
                winner,
                exhausted,
                lambda text: shown(text, call.incoming),
            )
            if winner is not None:
                answer, call.performance = production.performance(winner, play)
                call.played = _played(production.script, winner, play, answer)
                yield from self._explanations.keep(call.id, {**call.played, "steps": lines})
                return call.performance.begin(call)
        if not early:
            name = playing[-1].script.name
            told_of = {"script": name, "step": None, "steps": lines}
            yield from self._explanations.keep(call.id, told_of)
        return None

    def _tried(
        self, production: Production, facts: Facts, raw: bytes, early: bool
    ) -> Generator[Wish, Any, tuple[int | None, int, frozenset[int]] | None]:
        """Return which step answers, which play of it this is, and those that are used up.

        None where a step would answer, but only after admission.
        """
        exhausted: set[int] = set()
        for index, step in enumerate(production.script.steps):
            if not all(each.holds(facts) for each in step.conditions):
                continue
            name = f"{production.name}/{index}/{_scope(step, facts, raw)}"
            if early and not production.early_at(index):
                if (yield from self._positions.left(name, step)):
                    return None
                continue
            if not production.counts:
                return index, 1, frozenset()
            play = yield from self._positions.take(name, step)
            if play is not None:
                return index, play, frozenset(exhausted)
            exhausted.add(index)
        return None, 0, frozenset(exhausted)

    def _facts(
        self, gateway: Gateway, call: Call, body: dict[str, Any]
    ) -> Generator[Wish, Any, Facts]:
        sent = call.incoming.header("authorization")
        key = credentials(sent) if sent else None
        caller, operation = call.caller, call.operation
        if caller is None and key:
            caller = gateway.keys.caller(key)
            if gateway.keys.changed:
                caller = yield from registry.caller(gateway.keys, key)
        if operation is None:
            path = call.incoming.path
            route = gateway.routes.find(path) or gateway.surface.routes.find(path)
            operation = route.operation(call.incoming.method) if route is not None else None
        return Facts(
            body,
            call.incoming.headers,
            operation.id if operation is not None else "",
            caller.account if caller is not None else None,
            key,
            gateway.settings.model.adapter_separator,
        )

    def _productions(self, gateway: Gateway, call: Call) -> Generator[Wish, Any, list[Production]]:
        """Return the scripts that play for a call, the first one first.

        Raises Problem for a header that names none.
        """
        name = call.incoming.header(HEADER)
        if name is not None and name.lstrip().startswith("{"):
            return [self._inline(gateway, name)]
        if name not in (None, MAIN):
            record = (yield Find(KIND, name)) if self._stage.changed else None
            if record is None:
                raise _refused(f"there is no script {name[:60]!r}; set it over the control API")
            return [self._produced(gateway, dumps(record["document"]), name, record["turn"])]
        found, turn = [], 0
        for one in (NEXT, MAIN) if self._stage.changed else ():
            record = yield Find(KIND, one)
            turn = record["turn"] if record is not None else 0
            if record is not None and record["document"] is not None:
                found.append(self._produced(gateway, dumps(record["document"]), one, turn))
                if one == MAIN:
                    return found
        return found + self._of_file(gateway, call, turn)

    def _of_file(self, gateway: Gateway, call: Call, turn: int) -> list[Production]:
        told = self._stage.current(call.incoming.now)
        if told is None:
            return []
        if not self._stage.reaches and (step := below(told)):
            raise Problem(
                None, f"{step}, which this server cannot", status=501, type="server_error"
            )
        loaded = self._loaded
        if loaded is None or loaded.script is not told or loaded.turn != turn:
            loaded = self._loaded = Production(told, gateway, self._tokens, turn)
        return [loaded]

    def _inline(self, gateway: Gateway, told: str) -> Production:
        try:
            reply = loads(told.encode("latin-1"))
            return self._produced(gateway, dumps({"steps": [{"reply": reply}]}), INLINE, 0)
        except (NotJsonError, ScriptError) as error:
            raise _refused(f"it is no reply: {str(error)[:300]}") from None

    def _produce(self, gateway: Gateway, document: bytes, name: str, turn: int) -> Production:
        told = script(loads(document), name, self._stage.folder)
        if not self._stage.reaches and (step := below(told)):
            raise ScriptError([Complaint(step, "which this server cannot")])
        return Production(told, gateway, self._tokens, turn, counts=name != INLINE)


def _scope(step: Step, facts: Facts, raw: bytes) -> str:
    match step.per:
        case Per.SCRIPT:
            return ""
        case Per.KEY:
            return facts.account or ""
        case Per.REQUEST:
            return hashlib.blake2b(raw, digest_size=16).hexdigest()


def _played(told: Script, step: int, play: int, answer: int) -> dict[str, Any]:
    one = told.steps[step]
    return {
        "script": told.name,
        "step": step + 1,
        "name": one.name,
        "play": play,
        "reply": answer + 1,
        "replies": len(one.answers),
    }


def _refused(why: str) -> Problem:
    return Problem("invalid_value", f"The header {HEADER} cannot be followed: {why}.", HEADER)
