"""What a stream of chat chunks adds up to. Knows nothing of bytes nor of which deviation counts.

Two tables. For each choice, a chunk yields the steps that it holds, in this order:

    ====================  ======  ==========================================================
    choice in state       step    becomes, and what is odd about it
    ====================  ======  ==========================================================
    OPENING               ROLE    ROLE
    OPENING               TEXT    CONTENT   text before role
    OPENING               FINISH  FINISHED  finish before role
    ROLE, CONTENT         ROLE    the same
    ROLE, CONTENT         TEXT    CONTENT
    ROLE, CONTENT         FINISH  FINISHED
    FINISHED              ROLE    FINISHED  role after finish
    FINISHED              TEXT    FINISHED  text after finish
    FINISHED              FINISH  FINISHED  second finish
    ====================  ======  ==========================================================

and for the stream as a whole, one step an event:

    ====================  ======  ==========================================================
    stream in state       step    becomes, and what is odd about it
    ====================  ======  ==========================================================
    OPENING, FLOWING,     CHUNK   FLOWING, or FINISHED once every choice is finished
    FINISHED
    OPENING, FLOWING      USAGE   the same  usage before finish
    FINISHED              USAGE   USAGE
    OPENING, FLOWING,     BARE    the same  empty choices
    FINISHED, USAGE
    OPENING, FLOWING      DONE    DONE      done before finish
    FINISHED, USAGE       DONE    DONE
    USAGE                 CHUNK   USAGE     chunk after usage
    USAGE                 USAGE   USAGE     second usage
    all but FAILED, DONE  ALIEN   the same  alien
    all but FAILED, DONE  ERROR   FAILED
    FAILED                DONE    FAILED    done after error
    FAILED                others  FAILED    after error
    DONE                  DONE    DONE      second done
    DONE                  others  DONE      after done
    ====================  ======  ==========================================================

CHUNK has choices; USAGE has an empty list of them and a usage object; BARE has neither; ERROR is an
error in any envelope, or an event of type `error`; DONE is `[DONE]` to the letter; ALIEN is the
rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance import error_view, json_view
from conformance.choice import ChoiceBuilder
from conformance.event import Event
from conformance.json_view import ABSENT, Json, integer
from conformance.kept import MOST_KEPT, Kept
from conformance.oddity import Oddity, Seen, Strange
from conformance.stream_view import Chunk, State, Step, Stream

SENTINEL = "[DONE]"
LONGEST_SHOWN = 200
"""Characters of an event's data kept with an oddity."""
_OPEN = (State.OPENING, State.FLOWING, State.FINISHED, State.USAGE)
_UNFINISHED = (State.OPENING, State.FLOWING)

TABLE: dict[tuple[State, Step], tuple[State, Strange | None]] = {
    **{(state, Step.CHUNK): (State.FLOWING, None) for state in (*_UNFINISHED, State.FINISHED)},
    **{(state, Step.USAGE): (state, Strange.USAGE_BEFORE_FINISH) for state in _UNFINISHED},
    (State.FINISHED, Step.USAGE): (State.USAGE, None),
    **{(state, Step.BARE): (state, Strange.EMPTY_CHOICES) for state in _OPEN},
    **{(state, Step.DONE): (State.DONE, Strange.DONE_BEFORE_FINISH) for state in _UNFINISHED},
    (State.FINISHED, Step.DONE): (State.DONE, None),
    (State.USAGE, Step.DONE): (State.DONE, None),
    (State.USAGE, Step.CHUNK): (State.USAGE, Strange.CHUNK_AFTER_USAGE),
    (State.USAGE, Step.USAGE): (State.USAGE, Strange.SECOND_USAGE),
    **{(state, Step.ALIEN): (state, Strange.ALIEN) for state in _OPEN},
    **{(state, Step.ERROR): (State.FAILED, None) for state in _OPEN},
    **{(State.FAILED, step): (State.FAILED, Strange.AFTER_ERROR) for step in Step},
    (State.FAILED, Step.DONE): (State.FAILED, Strange.DONE_AFTER_ERROR),
    **{(State.DONE, step): (State.DONE, Strange.AFTER_DONE) for step in Step},
    (State.DONE, Step.DONE): (State.DONE, Strange.SECOND_DONE),
}


def assemble(events: Iterable[Event]) -> Stream:
    """Add up a whole stream."""
    automaton = Automaton()
    for event in events:
        automaton.feed(event)
    return automaton.close()


class Automaton:
    """Takes events one by one. Nothing that a stranger sends makes it raise."""

    def __init__(self) -> None:
        self.state = State.OPENING
        self._count = 0
        self._reader = json_view.Reader()
        self._choices: dict[int, ChoiceBuilder] = {}
        self._unfinished: set[int] = set()
        self._odd = Kept[Oddity]()
        self._chunks: list[Chunk] = []
        self._seen: dict[str, list[Seen]] = {
            name: [] for name in ("id", "object", "created", "model", "system_fingerprint")
        }
        self._keys: dict[str, int] = {}
        self._usages: list[Seen] = []
        self._lone_usages: list[int] = []
        self._empty: list[int] = []
        self._errors: list[error_view.Error] = []
        self._sentinels: list[int] = []
        self._after: list[int] = []
        self._unread: list[tuple[int, Json]] = []
        self._types: list[Seen] = []

    def feed(self, event: Event) -> None:
        """Take the next event."""
        index = self._count
        self._count += 1
        if event.event != "message":
            self._types.append(Seen(index, event.event))
        if self._sentinels:
            self._after.append(index)
        step = self._step(index, event)
        state, strange = TABLE[self.state, step]
        if state is State.FLOWING and self._choices and not self._unfinished:
            state = State.FINISHED
        self.state = state
        if strange:
            self._note(strange, index, "", event.data[:LONGEST_SHOWN])

    def close(self) -> Stream:
        """What it all adds up to."""
        return Stream(
            state=self.state,
            event_count=self._count,
            choices=tuple(self._choices[index].close() for index in sorted(self._choices)),
            chunks=tuple(self._chunks),
            ids=tuple(self._seen["id"]),
            objects=tuple(self._seen["object"]),
            created=tuple(self._seen["created"]),
            models=tuple(self._seen["model"]),
            fingerprints=tuple(self._seen["system_fingerprint"]),
            usages=tuple(self._usages),
            lone_usages=tuple(self._lone_usages),
            empty_choices=tuple(self._empty),
            errors=tuple(self._errors),
            sentinels=tuple(self._sentinels),
            after_sentinel=tuple(self._after),
            unread=tuple(self._unread),
            types=tuple(self._types),
            keys=tuple(Seen(index, name) for name, index in self._keys.items()),
            oddities=tuple(self._odd.first),
            oddity_count=self._odd.count,
        )

    def _step(self, index: int, event: Event) -> Step:
        if event.data == SENTINEL:
            self._sentinels.append(index)
            return Step.DONE
        document = self._reader.read(event.data)
        value = document.value
        head = event.data[:20].upper()
        near = "DONE" in head and head.strip().strip('"') in (SENTINEL, "DONE")
        failed = event.event == "error"
        if document.problem:
            self._unread.append((index, document))
            if value is None and not (near or failed):
                self._note(Strange.NOT_JSON, index, "", event.data[:LONGEST_SHOWN])
                return Step.ALIEN
        if near:
            self._note(Strange.NEAR_SENTINEL, index, "", event.data[:LONGEST_SHOWN])
        elif document.problem:
            self._note(Strange.NOT_JSON, index, "", event.data[:LONGEST_SHOWN])
        for name in document.duplicate_keys:
            self._note(Strange.DUPLICATE_KEY, index, "", name)
        if document.lone_surrogates:
            self._note(Strange.LONE_SURROGATE, index, "", None)
        error = error_view.of_document(value, failed and not document.problem, index)
        if error:
            self._errors.append(error)
        elif failed:
            self._errors.append(
                error_view.Error(error_view.Envelope.TEXT, event.data, raw=event.data, event=index)
            )
        if isinstance(value, dict):
            step = self._chunk(index, value)
        else:
            if not (document.problem or near):
                self._note(Strange.WRONG_TYPE, index, "", value)
            step = Step.ALIEN
        return Step.ERROR if error or failed else step

    def _chunk(self, index: int, value: dict[str, Any]) -> Step:
        self._chunks.append(Chunk(index, value))
        for name in list(value)[:100]:
            if len(self._keys) < MOST_KEPT:
                self._keys.setdefault(name, index)
        for name, seen in self._seen.items():
            if name in value:
                seen.append(Seen(index, value[name]))
        usage = value.get("usage")
        choices = value.get("choices", ABSENT)
        if isinstance(usage, dict):
            self._usages.append(Seen(index, usage))
            if choices == []:
                self._lone_usages.append(index)
        elif usage is not None:
            self._note(Strange.WRONG_TYPE, index, "/usage", usage)
        if not isinstance(choices, list):
            if "error" not in value:
                strange = Strange.MISSING if choices is ABSENT else Strange.WRONG_TYPE
                self._note(strange, index, "/choices", choices)
            return Step.ALIEN
        if not choices:
            self._empty.append(index)
            return Step.USAGE if isinstance(usage, dict) else Step.BARE
        for position, choice in enumerate(choices):
            self._choice(index, position, choice)
        return Step.CHUNK

    def _choice(self, index: int, position: int, choice: object) -> None:
        pointer = f"/choices/{position}"
        if not isinstance(choice, dict):
            self._note(Strange.WRONG_TYPE, index, pointer, choice)
            return
        at = integer(choice.get("index"))
        if at is None:
            strange = Strange.MISSING if "index" not in choice else Strange.WRONG_TYPE
            self._note(strange, index, f"{pointer}/index", choice.get("index", ABSENT))
            at = position
        builder = self._choices.setdefault(at, ChoiceBuilder(at, index))
        for strange, place, value in builder.feed(index, choice):
            self._note(strange, index, pointer + place, value)
        if builder.finished:
            self._unfinished.discard(at)
        else:
            self._unfinished.add(at)

    def _note(self, strange: Strange, index: int, pointer: str, value: object) -> None:
        if self._odd.full:
            self._odd.count += 1
        else:
            self._odd.add(Oddity(strange, index, pointer, value))
