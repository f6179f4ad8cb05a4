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
    """Return another spelling of the same JSON."""
    match dice.randrange(4):
        case 0:
            return json.dumps(body, indent=dice.choice((0, 1, 4))).encode()
        case 1:
            return json.dumps(body, ensure_ascii=True, separators=(" ,\t", "\r\n:\n")).encode()
        case 2:
            return b" \r\n\t" + plain(dict(reversed(list(body.items())))) + b"\n\n"
        case _:
            return plain(body).replace(b'"model"', b'"mod\\u0065l"').replace(b"/", b"\\/")


def broken(dice: random.Random, body: Body) -> bytes:
    """Return bytes that are no JSON object in UTF-8, or JSON whose meaning is in dispute."""
    return dice.choice(CARDS)(dice, plain(body))


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
    *[_cut] * 6, *[_swapped] * 8, _doubled, _single_quotes, _trailing_comma,
    *(partial(_member, extra) for extra in (
        b'"stream":false', b'"max_tokens":1', b'"messages":[]', b'"model":"x"',
        b'"temperature":NaN', b'"temperature":Infinity', b'"top_p":-Infinity',
        b'"temperature":1e999', b'"temperature":01', b'"temperature":+1', b'"n":0x1',
        b'"top_p":.5', b'"seed":' + b"9" * 400,
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
"""Every way; those that chance completes stand several times."""
