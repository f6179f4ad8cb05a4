"""Performing: what an Answer does to a call: another engine, other behaviour, a reply of its own.

Knows neither conditions nor positions.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mock_server.call import Call
from mock_server.faults import fault, headers
from mock_server.message import Reply
from mock_server.pace import Pace
from mock_server.problem import Problem, taxonomy
from mock_server.quota import SECOND
from mock_server.scripts.edits import NAME, acts
from mock_server.scripts.script import Answer, Refusal
from mock_server.scripts.spoken import Spoken
from mock_server.seams import Behaving, Behaviour, Seam
from mock_server.variants import variant

if TYPE_CHECKING:
    from mock_server.gateway import Gateway
    from mock_server.prose.phrasebook import Tokenizer

EARLY = frozenset({Seam.SETTINGS, Seam.ADMISSION, Seam.BODY, Seam.ALLOWANCE})
"""Seams that a request passes before it is admitted."""
NO_PACE = "no pace"


class Performance:
    """An answer, ready to be given to calls of one gateway."""

    def __init__(
        self,
        answer: Answer,
        pace: Pace | None,
        gateway: Gateway,
        tokens: Callable[[], Tokenizer],
        version: str,
    ) -> None:
        """`pace` is that of the script, for an answer without one of its own."""
        named = [*fault.named(answer.faults), *variant.named(answer.variants)]
        own = [*acts(answer.edits), *_dressing(answer)]
        self.answer = answer
        self.early = any(one.seam in EARLY for one in named)
        """It changes how a request is admitted, so it must be chosen before."""
        self._pace = answer.pace or pace
        self._paused = bool(answer.edits.stalls)
        self._behaviour = gateway.behaviour
        if named or own:
            # Cuts count events before a variant splits them; all else is done to what it made.
            first = [one for one in own if one.seam is Seam.WRITES]
            last = [one for one in own if one.seam is not Seam.WRITES]
            self._behaviour = Behaviour([*first, *gateway.behaviour.chosen, *named, *last])
        self._engine = gateway.engine
        if answer.texts:
            self._engine = Spoken(answer.texts, answer.finish, tokens(), gateway.engine, version)
        self._prompt = Behaviour(one for one in named if one.seam is Seam.PROMPT)
        self._gateway = _otherwise(gateway, named) if self.early else None

    def begin(self, call: Call) -> Gateway | None:
        """Change how a call is answered; returns the gateway that is to admit it, if another."""
        call.behaviour, call.engine = self._behaviour, self._engine
        if call.prompt is not None:
            call.prompt = self._prompt.prompt(call.prompt, call)
        if self._pace is not None:
            call.schedule = self._pace.schedule(call.number)
        elif self._paused and call.schedule is None:
            call.schedule = Pace().schedule(call.number)
        return self._gateway

    def finish(self, call: Call) -> None:
        """Answer an admitted call at once, where that is what the script says.

        Raises Problem for a refusal.
        """
        whole, refusal = self.answer.whole, self.answer.refusal
        if whole is not None:
            call.reply = Reply(whole.status, whole.body, {"content-type": whole.media_type})
        if refusal is not None:
            raise _problem(refusal, call)


def _otherwise(gateway: Gateway, named: list[Behaving]) -> Gateway:
    """Return a gateway that differs where only its settings and its admission can."""
    extra = Behaviour(named)
    other = copy.copy(gateway)
    other.settings = extra.settings(gateway.settings)
    other.admission = extra.admission(gateway.admission)
    return other


def _problem(refusal: Refusal, call: Call) -> Problem:
    told = {} if refusal.retry_after is None else {"retry-after": refusal.retry_after}
    if refusal.status == 429 and call.allowance is not None:
        seconds = refusal.retry_after if (refusal.retry_after or "").isdecimal() else "1"
        wait = int(str(seconds)) * SECOND
        # The other headers must not say that there is more to spend.
        call.allowance = replace(call.allowance, remaining=0, reset=wait)
        told["cache-control"] = "no-store"
    return Problem(
        refusal.code,
        refusal.message or "A script of the mock says so.",
        refusal.param,
        told,
        refusal.status,
        refusal.type or _type(refusal),
    )


def _type(refusal: Refusal) -> str:
    kinds = dict(taxonomy().values())
    return kinds.get(refusal.status, "server_error" if refusal.status >= 500 else "api_error")


def _dressing(answer: Answer) -> Iterator[Behaving]:
    if answer.headers:
        yield Behaving(NAME, Seam.REPLY, lambda reply, call: headers(reply, answer.headers))
