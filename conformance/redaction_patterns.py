"""Patterns: what a user wants hidden beside the keys, with bounded time. Knows nothing of keys.

Python's expressions can take exponential time, and the text comes from a stranger. So only
expressions whose work for each position can be counted are taken: no back-references, no
look-around, no repeated groups. `*` and `+` stand for at most 256 times.
"""

from __future__ import annotations

import re

from conformance.errors import UsageError

MOST = 256
"""What `*` and `+` stop at."""

WORK = 2**30
"""Steps that one pattern may take on one text; what lies beyond is blanked unread."""

STEPS = 4096
"""Steps that one pattern may take for one position."""

_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<group>\(\?(?:i\)|.)?)"
    r"|(?P<repeat>(?:[*+?]|\{\d*(?:,\d*)?\})[?+]?)|(?P<other>.)",
    re.DOTALL,
)
_SIZES = re.compile(r"\{(\d*)(,?)(\d*)\}")


class Pattern:
    """A compiled expression that never takes more than `WORK` steps."""

    __slots__ = ("_compiled", "_reach")

    def __init__(self, text: str) -> None:
        """Compile a pattern; UsageError if it is wrong or its time cannot be bounded."""
        bounded, steps = _bound(text)
        try:
            self._compiled = re.compile(bounded.encode(), re.DOTALL)
        except (re.error, OverflowError, RecursionError) as error:
            raise _refusal(text, f"not a regular expression: {error}") from None
        self._reach = WORK // steps

    def scrub(self, data: bytes) -> bytes:
        """Replace every match by `[R:~~~]` of its length."""
        head, tail = data[: self._reach], data[self._reach :]
        return self._compiled.sub(lambda found: _hidden(len(found[0])), head) + _hidden(len(tail))


def _hidden(length: int) -> bytes:
    return b"[R:" + b"~" * (length - 4) + b"]" if length >= 4 else b"~" * length


def _refusal(text: str, reason: str) -> UsageError:
    return UsageError(
        f"the pattern {text!r} is refused: {reason}",
        where="--redact",
        hint="use literals, [sets], groups and {m,n}, and repeat no group",
    )


def _bound(text: str) -> tuple[str, int]:
    """Return the pattern with bounded repeats, and its steps for each position."""
    pieces: list[str] = []
    steps, last, alternatives, previous = 1, 1, 1, ""
    for token in _TOKEN.finditer(text):
        piece, kind = token[0], token.lastgroup or ""
        if kind == "repeat":
            if previous in {"repeat", "close", ""}:
                raise _refusal(text, f"{piece!r} repeats a group, a repeat or nothing")
            piece, width = _sizes(text, piece)
            # A repeat costs nothing extra when nothing stands behind it that could fail.
            steps, last = steps * last, width
        elif kind == "group" and piece != "(?:" and not (piece == "(?i)" and not pieces):
            raise _refusal(text, f"{piece!r} is not a plain group")
        elif kind == "escape" and piece[1].isdigit():
            raise _refusal(text, f"{piece!r} refers back")
        alternatives += piece == "|"
        previous = "close" if piece == ")" else kind
        pieces.append(piece)
    if steps * last > steps and previous != "repeat":
        steps *= last
    steps *= alternatives
    if steps > STEPS:
        raise _refusal(text, f"it may take {steps} steps for each byte, at most {STEPS} are taken")
    return "".join(pieces), steps


def _sizes(text: str, piece: str) -> tuple[str, int]:
    lazy = piece[-1] if len(piece) > 1 and piece[-1] in "?+" else ""
    match piece[0]:
        case "*":
            least, most = 0, MOST
        case "+":
            least, most = 1, MOST
        case "?":
            least, most = 0, 1
        case _:
            found = _SIZES.match(piece)
            if found is None or not (found[1] or found[3]) or len(piece) > 12:
                raise _refusal(text, f"{piece!r} is not a repeat")
            least = int(found[1] or 0)
            most = int(found[3]) if found[3] else (MOST if found[2] else least)
    if not least <= most <= MOST * 4:
        raise _refusal(text, f"{piece!r} repeats more than {MOST * 4} times")
    return f"{{{least},{most}}}{lazy}", most - least + 1
