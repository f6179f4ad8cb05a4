"""Texture: the same fields as other bytes, or bytes that are no JSON. Knows no parameter."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable

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
    return dice.choice(_BROKEN)(dice, plain(body))


def _cut(dice: random.Random, data: bytes) -> bytes:
    return data[: dice.randrange(len(data))]


def _swapped(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + bytes([dice.choice(b'{}[]",:\x00\xff\\ ')]) + data[at + 1 :]


def _duplicated(dice: random.Random, data: bytes) -> bytes:
    extra = dice.choice((b'"stream":false', b'"max_tokens":1', b'"messages":[]', b'"model":"x"'))
    return data[:-1] + b"," + extra + b"}"


def _surrogate(dice: random.Random, data: bytes) -> bytes:
    half = dice.choice((rb"\ud83c", rb"\udc00", rb"\ud83c\ud83c"))
    return re.sub(rb'"content":"', lambda found: found[0] + half, data, count=1)


def _number(dice: random.Random, data: bytes) -> bytes:
    word = dice.choice((b"NaN", b"Infinity", b"-Infinity", b"1e999", b"01", b"+1", b"0x10", b".5"))
    return data[:-1] + b',"temperature":' + word + b"}"


def _wrapped(dice: random.Random, data: bytes) -> bytes:
    return dice.choice((b"[" + data + b"]", data + data, data + b"}", b"null", b"7", b'"hi"', b""))


def _deep(dice: random.Random, data: bytes) -> bytes:
    depth = dice.choice((200, 2000, 20000))
    return data[:-1] + b',"x_deep":' + b"[" * depth + b"]" * depth + b"}"


def _recoded(dice: random.Random, data: bytes) -> bytes:
    text = data.decode()
    name = dice.choice(("utf-16", "utf-32", "utf-16-le", "utf-8-sig", "latin-1"))
    return text.encode(name, "replace")


def _lenient(dice: random.Random, data: bytes) -> bytes:
    return dice.choice(
        (
            data.replace(b'"', b"'"),
            data[:-1] + b",}",
            b"/* hi */" + data,
            data + b"\0",
            b"\v" + data,
        )
    )


def _huge(dice: random.Random, data: bytes) -> bytes:
    return data[:-1] + b',"x_long":"' + b"a" * dice.choice((10_000, 200_000)) + b'"}'


_BROKEN: tuple[Texture, ...] = (
    _cut, _cut, _swapped, _swapped, _duplicated, _surrogate, _number, _wrapped, _deep, _recoded,
    _lenient, _huge,
)  # fmt: skip
