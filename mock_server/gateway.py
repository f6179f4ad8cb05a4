"""Gateway: what is answered to whom, and in which order a request is looked at.

Knows neither sockets nor clocks nor where shared state lives: it yields wishes and returns replies.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mock_server import admission, entitlement, pages
from mock_server.admission import CHAT, TAG, TEXT, Step
from mock_server.call import Call
from mock_server.completion import Engine
from mock_server.keys import BYOK, AccountError, Keys, added, built_in, funded, shown
from mock_server.ledger import Ending
from mock_server.message import JSON, Incoming, Reply
from mock_server.occurrences import Occurrences
from mock_server.problem import Problem, printable
from mock_server.routes import Routes
from mock_server.seams import Behaviour
from mock_server.settings import Settings, SettingsError
from mock_server.state import Release, Settle, Settled, Wishes
from mock_server.surface import Answering, Surface
from mock_server.text import dumps
from mock_server.validation import Validation
from mock_server.wire import Stamp, cost_in_cents
from openapi import Contract

if TYPE_CHECKING:
    from mock_server.recording.tape import Tape
    from mock_server.scripts.stage import Stage
    from mock_server.surface.securing import Door

ADMISSION: tuple[Step, ...] = (
    admission.path,  # 404
    admission.method,  # 405
    entitlement.key,  # 401
    entitlement.quota,  # 429
    admission.media,  # 415
    admission.size,  # 413
    admission.json,  # 400
    admission.schema,  # 400
    admission.conversation,  # 400
    admission.model,  # 404, of model and adapter
    entitlement.scope,  # 403
    admission.window,  # 400
    entitlement.tokens,  # 400
    entitlement.wallet,  # 429, of tokens; 402
    admission.engine,  # 500, 503
    admission.script,  # whatever it says
)
"""When several things are wrong at once, the first of these decides."""

EXPOSED = (
    "x-request-id, retry-after, x-cost-cents, x-ratelimit-limit-requests, "
    "x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, "
    "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens"
)
REQUEST_HEADERS = "authorization, content-type, x-request-id, x-aig-tag"
NO_STORE = "no-cache, no-store"
STREAM_TYPE = "text/event-stream; charset=utf-8"

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class Gateway:
    """One mock: its settings, its engine and its rules."""

    def __init__(
        self,
        settings: Settings,
        contract: Contract,
        engine: Engine,
        behaviour: Behaviour,
        ids: Callable[[], str],
        surface: Callable[[], Surface],
        stage: Stage,
    ) -> None:
        """`ids` makes names that never repeat, of letters and digits.

        `surface` tells what is served beside the contract; it is called when that is first asked
        for, since its document takes longer to read than a mock may take to start.
        """
        self.settings = settings
        self.engine = engine
        self.behaviour = behaviour
        self.stage = stage
        given = {**dict(built_in()), **dict(added(settings.keys)), **settings.accounts}
        try:
            known = [(key, funded(caller, given.values())) for key, caller in given.items()]
        except AccountError as error:
            raise SettingsError(f"the accounts do not fit together: {error}") from None
        self.keys = Keys(known, shared=not settings.state.startswith("memory"))
        self.byok = f"{BYOK}{settings.model.owned_by}"
        """Header with the caller's own key of the provider."""
        self.routes = Routes(contract.operations)
        self.validation = Validation(contract, "ChatRequest")
        self.door: Door | None = None
        """What opens the contract's operations, where not the key as a bearer token does."""
        self.admission = behaviour.admission(ADMISSION)
        self._contract = contract
        self.tape = _tape(engine)
        """What was recorded, and is asked first; None for most mocks."""
        self._surface = surface
        self._ids = ids
        self._calls = 0
        self.occurrence = Occurrences()
        public = contract.document.get("security", [])
        self._protected = {
            operation.id
            for operation in contract.operations
            if operation.definition.get("security", public)
        }
        self._pages = pages.replies(self._shown, settings.model, engine, settings.door.scheme)

    def _shown(self) -> Contract:
        foreign = self.settings.spec is not None and self.surface.foreign
        return self.surface.document if foreign else self._contract

    @functools.cached_property
    def surface(self) -> Surface:
        """What is served beside the contract."""
        return self._surface()

    def call(self, incoming: Incoming) -> Call:
        """Return a new call for a request."""
        asked = incoming.header("x-request-id")
        safe = asked and _SAFE_ID.fullmatch(asked) and shown(asked, incoming) == asked
        identity = asked if asked and safe else f"req_{self._ids()}"
        self._calls += 1
        number = self._calls - 1
        schedule = self.settings.pace.schedule(number) if self.settings.pace else None
        return Call(incoming, identity, number, self.behaviour, self.engine, schedule)

    def admit(self, call: Call) -> Wishes:
        """Take a call through admission; raises Problem where it is refused."""
        gateway = self
        if self.tape is not None and (yield from self.tape.play(call)):
            return
        if self.stage.plays(call):
            gateway = yield from self.stage.begin(self, call)
        for step in gateway.admission:
            wishes = step(gateway, call)
            if wishes is not None:
                yield from wishes
        if call.reply is not None and call.prompt is not None:
            # What is sent instead was made by no engine and costs nothing.
            yield from self.settle(call, Ending.FAILED)
            call.prompt = None

    def settle(self, call: Call, ending: Ending) -> Wishes:
        """Charge an admitted call for what was delivered, or give its hold back; only once."""
        if call.prompt is None or call.ending is not None:
            return
        call.ending = ending
        completion_tokens = call.delivered
        if not call.held or call.caller is None:
            return
        caller, settled = call.caller, Settled(False)
        if ending is Ending.FAILED and not completion_tokens:
            settled = yield Release(call.completion, caller.account)
        else:
            settle = Settle(
                call.completion,
                caller.account,
                ending,
                call.prompt.tokens,
                completion_tokens,
                self.cost(call, completion_tokens),
                call.selector,
                call.incoming.header(TAG) or caller.tag,
            )
            settle = call.behaviour.charge(settle, call)
            call.cost = settle.cost
            settled = yield settle
        if settled.tokens is not None:
            call.tokens = settled.tokens

    def serve(self, call: Call) -> Answering:
        """Answer an admitted call that is no completion."""
        assert call.operation is not None
        if call.reply is not None:
            return self.dressed(call, call.reply)
        if call.incoming.method == "OPTIONS":
            return self.dressed(call, self._preflight(call))
        if call.beside:
            reply = yield from self.surface.answer(self, call)
            return self.dressed(call, reply)
        return self.dressed(call, self._pages[call.operation.id](call))

    def refuse(self, call: Call, problem: Problem) -> Reply:
        """Answer a call that is refused."""
        problem = replace(problem, message=printable(shown(problem.message, call.incoming)))
        problem = call.behaviour.problem(problem, call)
        call.code, call.status = problem.code, problem.status
        document = call.behaviour.document(problem.document(), call)
        headers = {"content-type": JSON, **problem.headers}
        reply = Reply(problem.status, dumps(document), headers)
        if call.beside:
            reply = self.surface.refusal(call, problem, reply)
        return self.dressed(call, reply)

    def whole(self, call: Call, document: dict[str, Any], completion_tokens: int) -> Reply:
        """Answer with a completion in one piece."""
        document = call.behaviour.document(document, call)
        return self.delivered(call, dumps(document), self.cost(call, completion_tokens))

    def delivered(self, call: Call, body: bytes, cost: int) -> Reply:
        """Answer with the bytes of a completion that costs so many nano-USD."""
        headers = {"content-type": JSON, "x-cost-cents": cost_in_cents(cost)}
        return self.dressed(call, Reply(200, body, headers))

    def prices(self, call: Call) -> tuple[int, int]:
        """Return what a prompt and a completion token of a call cost here; nano-USD."""
        model = self.settings.model
        return (0, 0) if call.byok else (model.input_price, model.output_price)

    def cost(self, call: Call, completion_tokens: int) -> int:
        """Return what a call costs here; nano-USD."""
        assert call.prompt is not None
        return 0 if call.byok else self.settings.model.cost(call.prompt.tokens, completion_tokens)

    def head(self, call: Call) -> Reply:
        """Answer with the head of a stream."""
        headers = {
            "content-type": STREAM_TYPE,
            "cache-control": NO_STORE,
            "x-accel-buffering": "no",
        }
        return self.dressed(call, Reply(200, b"", headers))

    def dressed(self, call: Call, reply: Reply) -> Reply:
        """Return a reply with the headers that every answer carries."""
        headers = {**reply.headers, "x-request-id": call.id}
        if call.allowance is not None:
            headers.update(call.allowance.headers())
        if call.tokens is not None:
            headers.update(call.tokens.headers())
        if self.settings.cors:
            headers["access-control-allow-origin"] = "*"
            headers["access-control-expose-headers"] = EXPOSED
        reply = call.behaviour.reply(Reply(reply.status, reply.body, headers), call)
        call.status = reply.status
        return reply

    def protected(self, call: Call) -> bool:
        """Tell whether the operation asks for a key."""
        if call.operation is None:
            return False
        asked = self.surface.doors if call.beside else self._protected
        return call.operation.id in asked

    def takes_body(self, call: Call) -> bool:
        """Tell whether the operation reads a conversation, or a text to continue."""
        if call.operation is None:
            return False
        return call.operation.id == (TEXT if call.beside else CHAT)

    def new_key(self) -> str:
        """Return a key that nobody has."""
        return f"sk-aig-{self._ids()}{self._ids()}"

    def new_id(self, kind: str) -> str:
        """Return an id that nothing has."""
        return f"{kind}_{self._ids()}"

    def completion_id(self, prefix: str = "chatcmpl") -> str:
        """Return an id for a new completion."""
        return f"{prefix}-{self._ids()}"

    def stamp(self, call: Call) -> Stamp:
        """Return what every object of a call's answer repeats."""
        return Stamp(call.completion, call.created, f"{call.engine.name}-{call.engine.version}")

    def _preflight(self, call: Call) -> Reply:
        assert call.route is not None
        headers = {
            "access-control-allow-methods": call.route.allow(),
            "access-control-allow-headers": (
                call.incoming.header("access-control-request-headers") or REQUEST_HEADERS
            ),
            "access-control-max-age": "600",
            "allow": call.route.allow(),
        }
        return Reply(204, b"", headers if self.settings.cors else {"allow": call.route.allow()})


def _tape(engine: Engine) -> Tape | None:
    recorded = getattr(engine, "recorded", None)
    if recorded is None:
        return None
    # Only an engine that plays recordings needs what plays them.
    from mock_server.recording.tape import Tape

    return Tape(recorded)
