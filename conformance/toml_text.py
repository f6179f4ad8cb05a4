"""TOML: a text to plain tables, or why not. Knows no files; the suite's only importer of tomllib.

The library raises more than it says: for brackets without end, and for numbers without.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

_DOTS = 100
_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_ENDLESS_KEY = re.compile(rf"""(?<![\w"'\\-])(?:{_PART}[ \t]*+\.[ \t]*+){{{_DOTS}}}""")
"""The library takes the square of a dotted key's parts in time."""


def read_toml(text: str) -> dict[str, Any]:
    """Return what a text holds; raises ValueError with the reason in one clause."""
    if _ENDLESS_KEY.search(text):
        raise ValueError(f"a dotted key of more than {_DOTS} parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
    except RecursionError:
        reason = "brackets in brackets without end"
    except ValueError:
        reason = "a whole number of thousands of digits"
    raise ValueError(reason)
