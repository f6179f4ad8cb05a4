"""Damage: documents that were good once, and bytes that never were. Judges nothing."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

TERMINAL = "\x1b[2J\u202e\u2066"
DEEP = 3_000
"""Brackets that no reader by recursion survives."""
SNIPPETS = (
    b"", b"\0", b"\n", b"\r\n", b" ", b'"', b"'", b"\\", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"=", b":", b",", b"#", b"[", b"]", b"{", b"}", b"[[", b"]]", b"- ", b"? ", b"|", b"&a ", b"*a",
    b"<<: ", b"!!timestamp x", b"!!int ''", b"!!binary x", b"!!bool x", b"0", b"-1", b"1e999",
    b"nan", b"-inf", b"9" * 5_000, b"[" * DEEP, b"a." * DEEP, b"{a: " * DEEP, b"true", b"null",
    b"2001-99-99", b"1979-05-27T07:32:00+99:99", b"\\ud800", b"\\u0000", b"x" * 5_000,
    b"Infinity", b"NaN", b"1e-999999999999", b"0x", TERMINAL.encode(),
)  # fmt: skip
"""What a reader may not expect, wherever it stands."""
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**64), 10**400, 0.5, -0.0, 1e308, float("inf"),
    float("nan"), "", "0", "\0", "\ud800", TERMINAL, "x" * 5_000, "../../x", "a/b", [], [[]],
    [None], [0, 0], ["a", 1], {}, {"a": {}}, {"": None}, {TERMINAL: [1]},
)  # fmt: skip
"""Values of every kind, and those at the edges of their kinds."""


@st.composite
def damaged(draw: st.DrawFn, *good: bytes) -> bytes:
    """Return one of some good texts with up to four places cut out or filled with what is none."""
    text = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        filling = draw(st.sampled_from(SNIPPETS) | st.binary(max_size=4))
        text = text[:start] + filling + text[end:]
    return text


@st.composite
def altered(draw: st.DrawFn, good: Any) -> Any:
    """Return a good document with up to three of its values replaced, left out or added."""
    document = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        node = document
        while True:
            places = _places(node)
            if not places:
                break
            place = draw(st.sampled_from(places))
            inner = node[place]
            if not isinstance(inner, dict | list) or draw(st.integers(0, 3)) == 0:
                _alter(draw, node, place)
                break
            node = inner
    return document


def _places(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node)
    return list(range(len(node))) if isinstance(node, list) else []


def _alter(draw: st.DrawFn, node: Any, place: Any) -> None:
    deed = draw(st.sampled_from(["replace", "replace", "replace", "leave out", "add", "wrap"]))
    strange = copy.deepcopy(draw(st.sampled_from(STRANGE)))
    if deed == "replace":
        node[place] = strange
    elif deed == "leave out":
        del node[place]
    elif deed == "wrap":
        node[place] = [node[place]]
    elif isinstance(node, dict):
        node[draw(st.sampled_from(["x", "", TERMINAL, "__proto__"]))] = strange
    else:
        node.append(strange)


ANYTHING = st.binary(max_size=80)
"""Bytes that are no document at all."""
