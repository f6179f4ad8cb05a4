"""TOML: a text to plain tables, or why not. Knows no files; the mock's only importer of tomllib."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

MOST_PARTS = 100
"""Of a dotted key; the time to read one grows with their square."""
_KEY = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_TOO_MANY = re.compile(rf"""(?<![\w"'\\-])(?:{_KEY}[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}""")


class TomlError(ValueError):
    """A text that is no TOML, or has what nobody writes: why, in one clause."""


def tables(text: str, number: Callable[[str], Any] = float) -> dict[str, Any]:
    """Return what a text holds, with its fractions read by `number`; raises TomlError."""
    if _TOO_MANY.search(text):
        raise TomlError(f"a key in it has over {MOST_PARTS} parts")
    try:
        return tomllib.loads(text, parse_float=number)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(str(error)) from None
    except RecursionError:
        raise TomlError("it is nested too deeply") from None
    except (ValueError, ArithmeticError):
        # Python reads no whole number of over 4,300 digits, and decimals have a largest exponent.
        raise TomlError("a number in it is too long") from None
