"""Matching: does a request fulfil the conditions of a step, and if not, what was expected.

Knows what is asked, never what is answered.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from mock_server.problem import quoted
from mock_server.scripts.facts import Facts
from mock_server.validation import Pattern

CHAT = "createChatCompletion"
ANY = "any"


class Mismatch(NamedTuple):
    """Why a step does not answer a request."""

    condition: str
    expected: str
    got: str


@dataclass(frozen=True)
class Condition:
    """One thing that must hold."""

    name: str
    """As the script writes it, such as `match.last`."""
    expected: str
    """In words."""
    holds: Callable[[Facts], bool]
    got: Callable[[Facts], object]
    """What to show where it does not hold."""
    value: tuple[object, ...]
    """What it is about, and what is wanted; equal where the same requests fulfil it."""

    def mismatch(self, facts: Facts) -> Mismatch:
        """Tell what is wrong with a request that does not fulfil it."""
        return Mismatch(self.name, self.expected, _shown(self.got(facts)))


def conditions(match: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Return the conditions of a `match` table that its schema has accepted.

    Raises ValueError, beginning with the member that is wrong, for a pattern that is none.
    """
    found = [] if "operation" in match else [_operation(CHAT)]
    for name, wanted in match.items():
        match name:
            case "operation":
                found += [_operation(wanted)] if wanted != ANY else []
            case "header":
                found += [_header(header, value) for header, value in wanted.items()]
            case "body":
                found += [_member(path, value) for path, value in wanted.items()]
            case "key":
                found.append(_key(wanted))
            case "turns":
                found.append(_turns(wanted))
            case "stream":
                found.append(_stream(wanted))
            case "anywhere":
                found.append(_anywhere(wanted))
            case _:
                found.append(_one(name, wanted, _READ[name]))
    return tuple(found)


_READ: Mapping[str, Callable[[Facts], str | None]] = {
    "model": lambda facts: facts.model,
    "adapter": lambda facts: facts.adapter,
    "last": lambda facts: facts.last,
    "system": lambda facts: facts.system,
    "account": lambda facts: facts.account,
}


def _one(name: str, wanted: Any, read: Callable[[Facts], str | None]) -> Condition:
    words, test = _tested(name, wanted)
    return Condition(
        f"match.{name}", words, lambda facts: test(read(facts)), read, (name, _frozen(wanted))
    )


def _anywhere(wanted: Any) -> Condition:
    words, test = _tested("anywhere", wanted)
    return Condition(
        "match.anywhere",
        f"a message that is {words}",
        lambda facts: any(test(text) for _, text in facts.messages),
        lambda facts: [text for _, text in facts.messages],
        ("anywhere", _frozen(wanted)),
    )


def _header(header: str, wanted: Any) -> Condition:
    name = header.lower()
    words, test = _tested(f"header.{header}", wanted)
    return Condition(
        f"match.header.{name}",
        words,
        lambda facts: test(facts.headers.get(name)),
        lambda facts: "[secret]" if _secret(name) else facts.headers.get(name),
        (f"header.{name}", _frozen(wanted)),
    )


def _secret(header: str) -> bool:
    return any(word in header for word in ("authorization", "cookie", "key", "token", "secret"))


def _member(path: str, wanted: Any) -> Condition:
    return _equal(f"body.{path}", quoted(wanted), wanted, lambda facts: facts.member(path))


def _operation(wanted: str) -> Condition:
    return _equal("operation", wanted, wanted, lambda facts: facts.operation)


def _stream(wanted: bool) -> Condition:
    words = {True: _Words("a stream"), False: _Words("an answer in one piece")}
    return Condition(
        "match.stream",
        words[wanted],
        lambda facts: facts.stream is wanted,
        lambda facts: words[facts.stream],
        ("stream", ("bool", wanted)),
    )


def _equal(name: str, words: str, wanted: Any, read: Callable[[Facts], Any]) -> Condition:
    return Condition(
        f"match.{name}",
        words,
        lambda facts: _same(read(facts), wanted),
        read,
        (name, _frozen(wanted)),
    )


def _same(value: Any, wanted: Any) -> bool:
    # In JSON true is not 1.
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _key(wanted: str) -> Condition:
    return Condition(
        "match.key",
        "the key that the script names",
        lambda facts: hmac.compare_digest((facts.key or "").encode(), wanted.encode()),
        lambda facts: _Words(f"the key of {facts.account}" if facts.account else "another key"),
        ("key", wanted),
    )


def _turns(wanted: Any) -> Condition:
    bounds = {"least": wanted, "most": wanted} if isinstance(wanted, int) else wanted
    least, most = bounds.get("least", 0), bounds.get("most")
    if most is not None and least > most:
        raise ValueError(f"match.turns: no number is at least {least} and at most {most}")
    words = f"{least} user messages" if least == most else f"at least {least} user messages"
    words += f" and at most {most}" if most not in (None, least) else ""
    return Condition(
        "match.turns",
        words,
        lambda facts: least <= facts.turns and (most is None or facts.turns <= most),
        lambda facts: facts.turns,
        ("turns", least, most),
    )


def _tested(name: str, wanted: Any) -> tuple[str, Callable[[str | None], bool]]:
    """Return a test of a text in words and as a function."""
    match wanted:
        case True:
            return "anything", lambda text: text is not None
        case False:
            return "nothing", lambda text: text is None
        case str():
            return quoted(wanted), lambda text: text == wanted
        case {"contains": part}:
            return f"a text with {quoted(part)} in it", lambda text: part in (text or "")
        case {"pattern": source}:
            try:
                pattern = Pattern(source)
            except ValueError as error:
                raise ValueError(f"match.{name}.pattern {error}") from None
            words = f"a text that matches {quoted(source)}"
            return words, lambda text: text is not None and pattern.found(text)
        case _:
            raise ValueError(f"match.{name} is neither a text, true, false nor a table")


def _frozen(value: object) -> object:
    match value:
        case dict():
            return tuple(sorted((name, _frozen(each)) for name, each in value.items()))
        case list():
            return tuple(_frozen(each) for each in value)
        case bool():
            return ("bool", value)
        case _:
            return value


class _Words(str):
    """A text of our own, which needs no quotes."""


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case _Words():
            return str(value)
        case list():
            return ", ".join(_shown(each) for each in value[:5]) or "nothing"
        case bool() | int():
            return str(value).lower()
        case _:
            return quoted(value)
