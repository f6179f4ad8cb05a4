'''Faults: lies the mock can be told to tell, one requirement each. Knows no lie; its files do.

A fault is registered in the file of its chapter, under the id of the requirement it breaks, or that
id with a flavour (`stream.text-equal/last`) where one requirement can be broken in several ways.
Nothing else lists it. A function with a docstring is put at a seam:

    @fault("transport.body-limit", at="settings")
    def reads_everything(settings: Settings) -> Settings:
        """Read bodies of any size."""
        return replace(settings, model=replace(settings.model, body_limit=2**40))

    @fault("auth.key-required", at="admission")             # the steps, in order; see gateway.py
    def asks_no_key(steps: Steps) -> Steps:
        """Answer without a key."""
        return without(steps, "key")

    @fault("request.null-optional", at="body")            # the request's JSON, before its check
    def dislikes_null(body: dict[str, Any], call: Call) -> dict[str, Any]:
        """Refuse null where it means the default."""
        return {key: "?" if value is None else value for key, value in body.items()}

    @fault("sampling.stop-text", at="prompt")               # what the engine is asked
    def never_stops(prompt: Prompt, call: Call) -> Prompt:
        """Ignore stop."""
        return replace(prompt, stop=())

    @fault("limits.remaining-falls", at="allowance")        # a quota's answer and its headers
    def stands_still(allowance: Allowance, call: Call) -> Allowance:
        """Always have as much left as at first."""
        return replace(allowance, remaining=allowance.limit)

    @fault("response.content-string", at="pieces")          # what the engine made, both modes
    async def loses_the_first(pieces: AsyncGenerator[Piece], call: Call) -> AsyncGenerator[Piece]:
        """Drop the first piece."""
        ...

    @fault("usage.total-adds-up", at="document")            # JSON of any whole answer, errors too
    def miscounts(document: dict[str, Any], call: Call) -> dict[str, Any]:
        """Count one token too many."""
        if "usage" in document:
            document["usage"]["total_tokens"] += 1
        return document

    @fault("stream.id-constant", at="chunks")                    # JSON of each event of a stream
    async def changes_its_id(chunks: Chunks, call: Call) -> Chunks:
        """Give each chunk an id of its own."""
        async for chunk in chunks:
            yield {**chunk, "id": chunk["id"] + str(time_ns())}

    @fault("stream.done-present", at="events")              # bytes of each event
    async def leaves_out_done(events: Events, call: Call) -> Events:
        """End without [DONE]."""
        async for event in events:
            if event != DONE:
                yield event

    @fault("billing.interrupted", at="charge")              # what the ledger is told
    def bills_nothing(settle: Settle, call: Call) -> Settle:
        """Charge nothing."""
        return replace(settle, cost=0)

    @fault("errors.param-names-field", at="problem")        # a refusal as data
    def forgets_param(problem: Problem, call: Call) -> Problem:
        """Name no field."""
        return replace(problem, param=None)

    @fault("transport.request-id", at="reply")              # status, headers, bytes, last of all
    def sends_no_id(reply: Reply, call: Call) -> Reply:
        """Leave out x-request-id."""
        return headers(reply, {"x-request-id": None})

    @fault("framing.complete", at="writes", below=True)  # bytes on their way to the connection
    async def hangs_up(writes: Writes, call: Call) -> Writes:
        """Close before the last chunk."""
        async for write in writes:
            yield write
            yield HangUp()

At `writes`, an item is one HTTP chunk; `Raw(bytes)` goes below HTTP and `HangUp(reset=True)` ends
the connection with RST; whoever yields one of them says `below=True`. A stream is changed on the
way, never gathered: what a fault leaves alone is still sent when it was made. `call` is what became
known of the request (`mock_server.call.Call`); `mock_server.kept` has what a fault
remembers.
'''

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mock_server.admission import Step
from mock_server.completion import Piece
from mock_server.message import Reply
from mock_server.seams import Behaving, HangUp, Raw, Register, Write
from mock_server.state import Wishes

if TYPE_CHECKING:
    from mock_server.call import Call
    from mock_server.gateway import Gateway

fault = Register(__name__, "fault")

Steps = tuple[Step, ...]
Pieces = AsyncGenerator[Piece]
Chunks = AsyncGenerator[dict[str, Any]]
Events = AsyncGenerator[bytes]
Writes = AsyncGenerator[Write]

DONE = b"data: [DONE]\n\n"

__all__ = [
    "DONE",
    "Behaving",
    "Chunks",
    "Events",
    "HangUp",
    "Pieces",
    "Raw",
    "Step",
    "Steps",
    "Writes",
    "fault",
    "headers",
    "instead",
    "knowing_the_body_at",
    "named",
    "taken",
    "without",
]


def without(steps: Steps, *names: str) -> Steps:
    """Return admission without the steps of these names."""
    return tuple(step for step in steps if step.__name__ not in names)


def instead(steps: Steps, name: str, step: Callable[..., Any]) -> Steps:
    """Return admission with another step in the place of the one of this name."""
    return tuple(step if one.__name__ == name else one for one in steps)


def named(steps: Steps, name: str) -> Step:
    """Return admission's step of this name, for a step that takes its place to fall back on."""
    return next(step for step in steps if step.__name__ == name)


def knowing_the_body_at(name: str) -> Callable[[Steps], Steps]:
    """Return a change of admission that reads the body before a step, for a lie about streams."""

    def act(steps: Steps) -> Steps:
        size, step = named(steps, "size"), named(steps, name)
        rest = [one for one in steps if one is not size]
        at = rest.index(step)
        return (*rest[:at], size, *rest[at:])

    act.__doc__ = f"Read the body before the {name}."
    return act


def taken(step: Step, gateway: Gateway, call: Call) -> Wishes:
    """Take a step of admission, which may wish, from within a step in its place."""
    wishes = step(gateway, call)
    if wishes is not None:
        yield from wishes


def headers(reply: Reply, changes: Mapping[str, str | None]) -> Reply:
    """Return a reply with headers set, or removed where the value is None."""
    merged = {**reply.headers, **changes}
    return replace(reply, headers={name: value for name, value in merged.items() if value})
