"""Texture: the same fields as other bytes, or bytes that are no JSON. Knows no parameter."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from functools import partial

from conformance.fuzz.bodies import Body

Texture = Callable[[random.Random, bytes], bytes]


def plain(body: object) -> bytes:
    """Return the usual spelling: no blanks, UTF-8; half a surrogate pair becomes an escape."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":")).encode()


def same(dice: random.Random, body: Body) -> bytes:
    """Return another spelling of the same JSON, in half of the cases one that changes its texts."""
    return _escaped(body) if dice.random() < 0.5 else dice.choice(SPELLINGS)(body)


def _indented(body: Body) -> bytes:
    return json.dumps(body, indent=4).encode()


def _on_lines(body: Body) -> bytes:
    return json.dumps(body, indent=0, ensure_ascii=True).encode()


def _loose(body: Body) -> bytes:
    return json.dumps(body, separators=(" ,\t", "\r\n:\n")).encode()


def _backwards(body: Body) -> bytes:
    return b" \r\n\t" + plain(dict(reversed(list(body.items())))) + b"\n\n"


def _escaped_names(body: Body) -> bytes:
    return plain(body).replace(b'"model"', b'"mod\\u0065l"').replace(b"/", b"\\/")


def _escaped(body: Body) -> bytes:
    """Spell every letter of every text as an escape, names of members apart."""
    return _TEXT.sub(_escape_all, _ascii(body))


_TEXT = re.compile(rb'"((?:[^"\\]|\\.)*)"(:?)')
_LETTER = re.compile(rb"\\(?:u[0-9a-f]{4}|.)|[A-Za-z]")


def _escape_all(found: re.Match[bytes]) -> bytes:
    return found[0] if found[2] else b'"' + _LETTER.sub(_escape, found[1]) + b'"'


def _escape(found: re.Match[bytes]) -> bytes:
    return found[0] if found[0].startswith(b"\\") else b"\\u%04x" % found[0][0]


def _ascii(body: Body) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


SPELLINGS: tuple[Callable[[Body], bytes], ...] = (
    _indented, _on_lines, _loose, _backwards, _escaped_names, _escaped, _ascii,
)  # fmt: skip


def broken(dice: random.Random, body: Body) -> bytes:
    """Return bytes that are no JSON object in UTF-8, or JSON whose meaning is in dispute."""
    return dice.choice(CARDS)(dice, plain(body))


def _respelt(spelling: Callable[[Body], bytes], dice: random.Random, data: bytes) -> bytes:
    return spelling(json.loads(data))


def _cut(dice: random.Random, data: bytes) -> bytes:
    return data[: dice.randrange(len(data))]


def _swapped(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + bytes([dice.choice(b'{}[]",:\x00\xff\\ ')]) + data[at + 1 :]


def _member(extra: bytes, dice: random.Random, data: bytes) -> bytes:
    return data[:-1] + b"," + extra + b"}"


def _surrogate(half: bytes, dice: random.Random, data: bytes) -> bytes:
    return re.sub(rb'"content":"', lambda found: found[0] + half, data, count=1)


def _recoded(name: str, dice: random.Random, data: bytes) -> bytes:
    return data.decode().encode(name, "replace")


def _around(before: bytes, after: bytes, dice: random.Random, data: bytes) -> bytes:
    return before + data + after


def _instead(data: bytes, dice: random.Random, _: bytes) -> bytes:
    return data


def _doubled(dice: random.Random, data: bytes) -> bytes:
    return data + data


def _single_quotes(dice: random.Random, data: bytes) -> bytes:
    return data.replace(b'"', b"'")


def _trailing_comma(dice: random.Random, data: bytes) -> bytes:
    return data[:-1] + b",}"


CARDS: tuple[Texture, ...] = (
    *(partial(_respelt, spelling) for spelling in SPELLINGS),
    *[_cut] * 6, *[_swapped] * 8, _doubled, _single_quotes, _trailing_comma,
    *(partial(_member, extra) for extra in (
        b'"stream":false', b'"max_tokens":1', b'"messages":[]', b'"model":"x"',
        b'"temperature":NaN', b'"temperature":Infinity', b'"top_p":-Infinity',
        b'"temperature":1e999', b'"temperature":01', b'"temperature":+1', b'"n":0x1',
        b'"top_p":.5', b'"seed":' + b"9" * 400, b'"user":"caf\xe9"', b'"x":"\xc3"',
        b'"user":"\xed\xa0\x80"',
        *(b'"x_deep":' + b"[" * depth + b"]" * depth for depth in (200, 2000, 20000)),
        *(b'"x_long":"' + b"a" * length + b'"' for length in (10_000, 200_000)),
    )),
    *(partial(_surrogate, half) for half in (rb"\ud83c", rb"\udc00", rb"\ud83c\ud83c", rb"\u0000")),
    *(partial(_recoded, name) for name in ("utf-16", "utf-32", "utf-16-le", "utf-8-sig")),
    *(partial(_around, *pair) for pair in (
        (b"[", b"]"), (b"", b"}"), (b"/* hi */", b""), (b"", b"\0"), (b"\v", b""),
        (b'{"a":"\xe9",', b""), (b"\xff", b""), (b"data: ", b"\n\n"),
    )),
    *(partial(_instead, data) for data in (b"null", b"7", b'"hi"', b"", b"[]", b" \n", b"{}")),
)  # fmt: skip
"""Every way, legal spellings first; those that chance completes stand several times."""
