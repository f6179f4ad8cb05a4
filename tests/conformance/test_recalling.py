"""An exchange that a later conversation looks at again: asked for once, judged once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

from conformance.budget import Governor
from conformance.exchange import Exchange, Request, Setting
from conformance.judging import Docket
from conformance.perform import Performer
from conformance.probe import Probe, Script, Transcript, ask, recall
from conformance.probes.request_cases import Case, Row, all_in_one, label_of, send_cases
from conformance.scene import Scene
from conformance.target import Budget
from tests.conformance import answers
from tests.conformance.answers import completion

EARLIER, LATER = "earlier", "later"


class Answering:
    """An edge that answers everything, and counts; labels in `refused` get 400."""

    def __init__(self, *refused: str) -> None:
        self.asked: list[str] = []
        self.refused = refused

    async def perform(self, request: Request) -> Exchange:
        self.asked.append(request.label)
        status = 400 if request.label in self.refused else 200
        found = answers.exchange(json.dumps(completion()).encode(), status=status)
        return replace(found, request=request)


async def _nobody_waits(seconds: float) -> None:
    raise AssertionError(f"nothing is noise, and {seconds} s are waited for")


def performer(edge: Answering, **more: object) -> Performer:
    budget = Budget(requests=99, tokens=10**6, usd=1.0, seconds=60.0)
    return Performer(
        edge, Governor(budget), lambda: 0.0, _nobody_waits, lambda exchange: None, **more
    )  # type: ignore[arg-type]


def _first(scene: Scene) -> Script:
    yield from ask(scene.chat("one", "Say ok."))


def _second(scene: Scene) -> Script:
    found = yield from recall(f"{EARLIER}/one", f"{EARLIER}/never")
    assert [each.request.label for each in found] == ["one"]
    yield from ask(scene.chat("two", "Say ok again."))


def test_what_was_asked_once_is_part_of_both_conversations_and_judged_once() -> None:
    edge = Answering()
    holding = performer(edge)
    later = Setting(capabilities={"chat": "effective"})

    async def both() -> list[Transcript]:
        return [
            await holding.hold(Probe(EARLIER, _first), Scene(Setting())),
            await holding.hold(Probe(LATER, _second), Scene(later)),
        ]

    earlier, transcript = asyncio.run(both())
    assert edge.asked == ["one", "two"]
    assert [each.id for each in transcript.exchanges] == [f"{EARLIER}/one", f"{LATER}/two"]
    assert transcript["one"].setting is later, "what is known by now is known of it too"
    docket = Docket(later, {EARLIER: earlier, LATER: transcript})
    assert sorted(each.id for each in docket.readings()) == [f"{EARLIER}/one", f"{LATER}/two"]


def test_a_run_that_is_gone_on_with_recalls_what_is_on_record() -> None:
    edge = Answering()
    recorded = asyncio.run(edge.perform(Scene(Setting()).chat("one", "Say ok.")))
    holding = performer(edge, recorded={f"{EARLIER}/one": replace(recorded, probe=EARLIER)})
    transcript = asyncio.run(holding.hold(Probe(LATER, _second), Scene(Setting())))
    assert transcript["one"].exchange.probe == EARLIER


class Limiting(Answering):
    """An edge that lets nobody through."""

    async def perform(self, request: Request) -> Exchange:
        return replace(await super().perform(request), status=429)


def _many(scene: Scene) -> Script:
    for place in range(9):
        yield from ask(scene.chat(f"{place}", "Say ok."))


def test_who_lets_nobody_through_is_not_asked_four_times_for_ever() -> None:
    async def at_once(seconds: float) -> None:
        del seconds

    edge = Limiting()
    holding = performer(edge)
    holding.sleep = at_once
    transcript = asyncio.run(holding.hold(Probe(EARLIER, _many), Scene(Setting())))
    assert [edge.asked.count(str(place)) for place in range(9)] == [4, 4, 4, 1, 1, 1, 1, 1, 1]
    recorded = {each.id: each for each in transcript.exchanges}
    assert len(recorded) == 9


ROWS = (
    Row("a", "", (Case("sea", {"x_sea": 1}, within="all"),)),
    Row("b", "", (Case("sky", {"x_sky": 2}, within="all"), Case("alone", {"x_other": 3}))),
)


def _cases(scene: Scene) -> Script:
    yield from send_cases(scene, ROWS)


def test_what_may_be_asked_at_once_is_asked_alone_only_where_that_is_refused() -> None:
    for refused, asked in ((), ["all", "alone"]), (("all",), ["all", "alone", "sea", "sky"]):
        edge = Answering(*refused)
        transcript = asyncio.run(performer(edge).hold(Probe(LATER, _cases), Scene(Setting())))
        assert sorted(edge.asked) == asked
        cases = [case for row in ROWS for case in row.cases]
        assert {label_of(transcript, case) for case in cases} == set(asked) - set(refused)


def test_a_request_for_several_things_asks_for_each_of_them() -> None:
    case = all_in_one(Scene(Setting()), ROWS, "all", x_sky=4)
    assert (case.label, case.edit) == ("all", {"x_sea": 1, "x_sky": 4})
