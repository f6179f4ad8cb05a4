"""Campaign: cases performed side by side, judged in order, and each cause shrunk. Knows no library.

The same governor grants every request, those of shrinking too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, takewhile

from conformance.exchange import Request, Setting
from conformance.fuzz import FUZZ
from conformance.fuzz.cases import Case, cases, subject_of
from conformance.fuzz.cause import Cause
from conformance.fuzz.envelope import may_fail
from conformance.fuzz.harvest import Harvest
from conformance.fuzz.kin import Family, again, known
from conformance.fuzz.lanes import in_order
from conformance.fuzz.owed import Owed, no_worse, owed
from conformance.fuzz.reducing import reductions
from conformance.json_view import read
from conformance.perform import Performer
from conformance.probe import Probe, Script, ask
from conformance.reading import Reading
from conformance.scene import Scene, ceiling
from conformance.target import Budget
from openapi import contract

MOST_CAUSES = 40
"""Causes that are shrunk; the others are reported as they were found."""
MOST_STEPS = 120
"""Requests, or pairs of them, that shrinking one cause may cost."""
PAIR = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign is to do."""

    cases: int
    shrink: bool = True
    first: Sequence[Request] = ()
    """Requests that showed something in an earlier run."""
    numbers: Iterable[int] | None = None
    """Numbers of the cases, where others make the rest; None makes all."""


@dataclass(slots=True)
class Campaign:
    """One fuzz of one target."""

    performer: Performer
    harvest: Harvest
    concurrency: int
    progress: Callable[[str, int, int], None] = lambda name, done, total: None
    _steps: int = 0

    async def run(self, plan: Plan) -> None:
        """Perform every case, then shrink what was found; ends early with the budget."""
        scene = Scene(self.harvest.setting)
        subject = subject_of(scene, self.harvest.law)
        first = [Case(request, may_fail(request.sending)) for request in plan.first]
        numbers = range(plan.cases) if plan.numbers is None else plan.numbers
        await self._perform(chain(first, cases(numbers, scene, subject)), plan.cases)
        if plan.shrink and not self.harvest.cut:
            await self.shrink(list(self.harvest.causes.values())[:MOST_CAUSES])

    async def shrink(self, causes: Iterable[Cause]) -> None:
        """Look for smaller requests that show the same; ends early with the budget."""
        scene = Scene(self.harvest.setting)
        for cause in causes:
            await self._shrink(cause, scene)

    async def _perform(self, made: Iterable[Case], total: int) -> None:
        granted = takewhile(lambda case: not self.harvest.cut, made)
        outcomes = in_order(
            granted,
            self._hold,
            lanes=self.concurrency,
            slow=lambda case: case.may_fail,
            weight=lambda family: sum(len(each.exchange.body) for each in family.readings),
        )
        async with contextlib.aclosing(outcomes):
            async for family in outcomes:
                self.harvest.take(family)
                if self.harvest.cases % 50 == 0:
                    self.progress("fuzz", self.harvest.cases, total)

    async def _hold(self, each: Case) -> Family:
        """Perform a case, with its kin if it has any; what the budget refuses is left out."""
        answer = await self._one(each.request, each.may_fail)
        if answer is None or each.kin is None:
            return Family(None, [] if answer is None else [answer])
        request = each.kin.request(each.request, answer)
        if request is None:
            return Family(None, [answer])
        readings = [answer]
        for once in (request, again(each.request), again(request)):
            reading = await self._one(once)
            if reading is None:
                break
            readings.append(reading)
            if not Family(each.kin, readings).doubtful and len(readings) == PAIR:
                break
        return Family(each.kin, readings)

    async def _one(self, request: Request, may_fail: bool = False) -> Reading | None:
        """Perform one request; None when the budget refuses it."""

        def script(scene: Scene) -> Script:
            yield from ask(request)

        probe = Probe(FUZZ, script, may_fail=may_fail)
        transcript = await self.performer.hold(probe, Scene(self.harvest.setting))
        if transcript.cut:
            self.harvest.cut = self.harvest.cut or transcript.cut
            return None
        return transcript[request.label]

    async def _shrink(self, cause: Cause, scene: Scene) -> None:
        """Look for smaller requests that show a cause, as long as steps and budget last."""
        kin, due = known().get(cause.kin), self._owed(cause.origin)
        steps, tried = 0, {_identity(cause.origin)}
        progress = True
        while progress:
            progress = False
            for smaller in reductions(cause.origin):
                if _identity(smaller) in tried:
                    continue
                tried.add(_identity(smaller))
                if not no_worse(self._owed(smaller), due):
                    continue
                if steps >= MOST_STEPS or self.harvest.cut:
                    return
                steps += 1
                request = self._numbered(smaller, scene)
                family = await self._hold(Case(request, may_fail(request.sending), kin))
                before = cause.exchange
                self.harvest.take(family)
                if cause.exchange is not before:
                    progress = True
                    break

    def _owed(self, request: Request) -> Owed:
        return owed(request, self.harvest.setting, self.harvest.law)

    def _numbered(self, request: Request, scene: Scene) -> Request:
        self._steps += 1
        body = read((request.body or b"").decode(errors="replace")).value
        fields = body if isinstance(body, dict) else {}
        most = ceiling(fields, scene.setting.context_window)
        return replace(request, label=f"shrink-{self._steps:06d}", ceiling=most)


def _identity(request: Request) -> tuple[object, ...]:
    return request.body, request.headers, request.sending, request.manner


def roomier(budget: Budget, count: int) -> Budget:
    """Return a budget with room for that many cases besides; for caps that nobody named.

    A case costs a request and, answers being short, some fifty tokens; the longest thousands.
    """
    if not count:
        return budget
    more = count + count // 4
    return replace(
        budget,
        requests=budget.requests + more + 1000,
        tokens=budget.tokens + 400 * more + 200_000,
        usd=round(budget.usd + 0.00004 * more + 0.02, 6),
        seconds=budget.seconds + 0.5 * more,
    )


def ceilings(setting: Setting, count: int) -> list[int]:
    """Return the most tokens that each case can cost; shrinking what is found comes on top."""
    scene = Scene(setting)
    subject = subject_of(scene, contract())
    made = cases(range(count), scene, subject)
    return [most for each in made for most in [each.request.ceiling] * (PAIR if each.kin else 1)]
