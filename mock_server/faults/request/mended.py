"""Bodies that are mended or misread before they are checked: requirement, sentence, change."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from mock_server.call import Call
from mock_server.faults import fault
from openapi import contract

Json = dict[str, Any]
HELLO: list[Json] = [{"role": "user", "content": "Hello."}]
FACTS = contract().model
MODEL = FACTS.id if FACTS else ""


def _turns(body: Json) -> list[Json]:
    turns = body.get("messages")
    return [turn for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []


def _each(change: Callable[[Json], None]) -> Callable[[Json], None]:
    def act(body: Json) -> None:
        for turn in _turns(body):
            change(turn)

    return act


def _set(name: str, value: Any, when: Callable[[Json], bool]) -> Callable[[Json], None]:
    def act(place: Json) -> None:
        if when(place):
            place[name] = value

    return act


def _part_filter(keep: Callable[[Any], bool]) -> Callable[[Json], None]:
    def act(turn: Json) -> None:
        if isinstance(turn.get("content"), list):
            turn["content"] = [part for part in turn["content"] if keep(part)] or ""

    return _each(act)


def _first_part(body: Json) -> None:
    for turn in _turns(body):
        if isinstance(turn.get("content"), list):
            turn["content"] = turn["content"][:1]


def _join_parts(mark: str) -> Callable[[Json], None]:
    def act(turn: Json) -> None:
        content = turn.get("content")
        if isinstance(content, list) and all(isinstance(x, dict) and "text" in x for x in content):
            turn["content"] = mark.join(str(part["text"]) for part in content)

    return _each(act)


def _without(*roles: str) -> Callable[[Json], None]:
    def act(body: Json) -> None:
        body["messages"] = [turn for turn in _turns(body) if turn.get("role") not in roles] or HELLO

    return act


def _shorten(part: slice) -> Callable[[Json], None]:
    def act(body: Json) -> None:
        if len(_turns(body)) > 2 and _turns(body)[0].get("role") == "user":
            body["messages"] = body["messages"][part]

    return act


def _merge_users(mark: str | None) -> Callable[[Json], None]:
    def act(body: Json) -> None:
        merged: list[Json] = []
        for turn in body.get("messages") or []:
            if merged and turn.get("role") == merged[-1].get("role") == "user":
                first, second = merged.pop()["content"], turn["content"]
                if mark is not None and isinstance(first, str) and isinstance(second, str):
                    turn = {**turn, "content": first + mark + second}
            merged.append(turn)
        body["messages"] = merged

    return act


def _system_last(body: Json) -> None:
    turns = _turns(body)
    told = [turn for turn in turns if turn.get("role") in ("system", "developer")]
    if told and len(told) < len(turns):
        body["messages"] = [turn for turn in turns if turn not in told] + told


def _no_blank(body: Json) -> None:
    for turn in _turns(body):
        if turn.get("role") == "system" and len(_turns(body)) > 2:
            turn["content"] = str(turn.get("content")) + "!"


def _told(name: str) -> Callable[[Json], None]:
    def act(body: Json) -> None:
        for turn in _turns(body)[-1:] if name in body else []:
            turn["content"] = f"{turn.get('content')} ({body[name]})"

    return act


def _alternate(role: str, at: int) -> Callable[[Json], None]:
    def act(body: Json) -> None:
        turns = _turns(body)
        if turns and turns[at].get("role") == role:
            body["messages"] = [*HELLO, *turns] if at == 0 else [*turns, *HELLO]

    return act


def _odd(name: str, *kinds: type) -> Callable[[Json], bool]:
    return lambda place: name in place and not isinstance(place[name], kinds)


def _spell(when: Callable[[Json], bool]) -> Callable[[Json], None]:
    def act(turn: Json) -> None:
        if when(turn):
            turn["content"] = str(turn["content"])

    return act


def _only_turns(body: Json) -> None:
    if isinstance(body.get("messages"), list) and body["messages"]:
        body["messages"] = _turns(body) or HELLO


def _lonely(body: Json) -> bool:
    return {turn.get("role") for turn in _turns(body)} == {"system"}


def _kind(part: Any) -> str:
    return str(part.get("type")) if isinstance(part, dict) else ""


MENDED: tuple[tuple[str, str, Callable[[Json], Any]], ...] = (
    ("model-required", "Choose a model itself", lambda b: b.setdefault("model", MODEL)),
    ("model-type-refused", "Choose a model itself", _set("model", MODEL, _odd("model", str))),
    ("messages-required", "Answer nothing at all", lambda b: b.setdefault("messages", HELLO)),
    (
        "messages-empty-refused",
        "Answer nothing at all",
        _set("messages", HELLO, lambda b: b.get("messages") == []),
    ),
    (
        "messages-type-refused",
        "Take anything for messages",
        _set("messages", HELLO, _odd("messages", list)),
    ),
    ("message-type-refused", "Drop what is no message", _only_turns),
    (
        "role-required",
        "Take a turn of nobody for the user's",
        _each(lambda t: t.setdefault("role", "user")),
    ),
    (
        "role-type-refused",
        "Take any role for the user's",
        _each(_set("role", "user", _odd("role", str))),
    ),
    (
        "content-required",
        "Answer a turn without words",
        _each(lambda t: t.setdefault("content", "")),
    ),
    (
        "content-null-refused",
        "Answer a turn of null",
        _each(_set("content", "", lambda t: t.get("content", "") is None)),
    ),
    (
        "content-type-refused",
        "Answer the spelling of whatever came",
        _each(_spell(_odd("content", str, list, type(None)))),
    ),
    (
        "unknown-role-refused",
        "Take an unknown role for the user's",
        _each(_set("role", "user", lambda t: t.get("role") in ("usr", "narrator"))),
    ),
    (
        "tool-role-refused",
        "Take the results of tools for the user's words",
        _each(_set("role", "user", lambda t: t.get("role") == "tool")),
    ),
    (
        "assistant-first-refused",
        "Answer a conversation that begins with the assistant",
        _alternate("assistant", 0),
    ),
    (
        "assistant-last-refused",
        "Answer a conversation that ends with the assistant",
        _alternate("assistant", -1),
    ),
    ("no-user-refused", "Answer instructions alone", _set("messages", HELLO, _lonely)),
    (
        "part-unknown-refused",
        "Drop parts of an unknown kind",
        _part_filter(lambda p: _kind(p) not in ("thing", "input_audio")),
    ),
    ("image-refused", "Drop images", _part_filter(lambda p: _kind(p) != "image_url")),
    ("image-not-ignored", "Drop images", _part_filter(lambda p: _kind(p) != "image_url")),
    (
        "part-without-text-refused",
        "Drop parts without text",
        _part_filter(lambda p: _kind(p) != "text" or "text" in p),
    ),
    (
        "empty-parts-refused",
        "Answer an empty list of parts",
        _each(_set("content", "", lambda t: t.get("content") == [])),
    ),
    (
        "parts-all-read",
        "Read the first part only",
        _first_part,
    ),
    (
        "parts-as-text",
        "Read the spelling of the list",
        _each(_spell(lambda t: isinstance(t.get("content"), list))),
    ),
    ("parts-joined", "Join parts with a line end", _join_parts("\n")),
    ("system-acts", "Drop system messages", _without("system")),
    ("developer-acts", "Drop developer messages", _without("developer")),
    ("system-folded", "Put instructions behind the question", _system_last),
    ("late-folded", "Change a later instruction", _no_blank),
    ("turns-all-read", "Read the last turn only", _shorten(slice(-1, None))),
    ("turns-all-read/first", "Read the first turn only", _shorten(slice(0, 1))),
    ("same-role-read", "Of two turns of the user read the last", _merge_users(None)),
    ("same-role-folded", "Join two turns of the user with a blank", _merge_users(" ")),
    ("unknown-field-neutral", "Show the model what it should ignore", _told("x_unknown")),
    ("known-field-neutral", "Show the model who is asking", _told("user")),
    ("null-neutral", "Show the model a null", _told("seed")),
    (
        "stream-options-alone",
        "Ignore stream_options without a stream",
        lambda b: b.get("stream") or b.pop("stream_options", 0),
    ),
    (
        "caps-conflict-refused",
        "Take the newer of two caps",
        lambda b: "max_completion_tokens" in b and b.pop("max_tokens", 0),
    ),
    (
        "top-logprobs-alone",
        "Ignore top_logprobs without logprobs",
        lambda b: b.get("logprobs") or b.pop("top_logprobs", 0),
    ),
)


def _mending(sentence: str, change: Callable[[Json], Any]) -> Callable[[Json, Call], Json]:
    def act(body: Json, call: Call) -> Json:
        del call
        mended = copy.deepcopy(body)
        change(mended)
        return mended

    act.__doc__ = f"{sentence}."
    return act


for _id, _sentence, _change in MENDED:
    fault(f"request.{_id}", at="body")(_mending(_sentence, _change))
