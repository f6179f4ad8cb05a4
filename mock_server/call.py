"""Call: one request on its way through the mock, and what became known of it. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mock_server.completion import Engine, Prompt, Turn
from mock_server.keys import Caller
from mock_server.ledger import Ending
from mock_server.message import Incoming, Reply
from mock_server.pace import Schedule
from mock_server.quota import Allowance
from mock_server.routes import Route
from mock_server.trace import Trace
from openapi import Operation

if TYPE_CHECKING:
    from mock_server.recording.tape import Playing
    from mock_server.scripts.performing import Performance
    from mock_server.seams import Behaviour


@dataclass(slots=True)
class Call:
    """Filled in step by step by admission, then by the answer."""

    incoming: Incoming
    id: str
    """Request id: the client's own where it is safe to repeat, else made here."""
    number: int
    """How many calls came before this one since the mock started."""
    behaviour: Behaviour
    """How this call is answered; the mock's own, unless something chose another for it."""
    engine: Engine
    """Who writes its answer; likewise."""
    schedule: Schedule | None = None
    """When it is answered; None for as soon as it can be."""
    ahead: tuple[bytes | None] | None = None
    """The request's body, where it was read before its turn: None in it was over the limit."""
    performance: Performance | None = None
    """What a script does to it."""
    played: Mapping[str, Any] | None = None
    """Which reply of which step that is."""
    trace: Trace | None = None
    """What goes out for it and when, where that is noted."""
    reply: Reply | None = None
    """A reply that is sent as it is, chosen while it was admitted."""
    playing: Playing | None = None
    """A recorded answer that is given again."""
    route: Route | None = None
    operation: Operation | None = None
    beside: bool = False
    """The operation is not the contract's, but one of a document served beside it."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Values of the path's parameters; of an operation beside chat, of the others too."""
    caller: Caller | None = None
    allowance: Allowance | None = None
    """Of requests."""
    tokens: Allowance | None = None
    """Of tokens, for a key with such a limit, as the last wish left it."""
    byok: bool = False
    """The caller brought the provider's key and pays there, not here."""
    raw: bytes = b""
    """The request's body as it was read."""
    body: dict[str, Any] = field(default_factory=dict)
    """The request's JSON object; empty until it was read."""
    turns: tuple[Turn, ...] = ()
    base: str = ""
    adapter: str | None = None
    prompt: Prompt | None = None
    parts: tuple[Prompt, ...] = ()
    """Of a text completion: the prompts that `prompt` stands for."""
    completion: str = ""
    """Id of the completion, under which its cost is held and settled."""
    held: bool = False
    streams: bool = False
    status: int = 0
    """Of the reply; 0 until there is one."""
    code: str | None = None
    """Of the problem, if that is the reply."""
    delivered: int = 0
    """Completion tokens sent."""
    said: bool = False
    """Every token was sent; what is still to come waits for none."""
    cost: int | None = None
    """Nano-USD it was charged."""
    ending: Ending | None = None
    """Set once, when the call is settled."""

    @property
    def created(self) -> int:
        """Unix seconds at which it arrived."""
        return self.incoming.now // 1_000_000_000

    @property
    def selector(self) -> str:
        """The model as the client named it."""
        return str(self.body.get("model", ""))
