"""Whether an echo came back with something in the place of its characters beyond ASCII.

Knows nothing of streams. Only an answer that is the asked-for text in every other respect proves
anything: a model that answers something else, or leaves emoji out, has done nothing wrong.
"""

from __future__ import annotations

import re

_BEYOND = re.compile(r"[^\x00-\x7f]+")
_BEYOND_TWO_BYTES = re.compile("[^\x00-\u07ff]+")
_BEYOND_THE_PLANE = re.compile("[^\x00-\uffff]+")


def thinned_echo(text: str, answer: str) -> bool:
    """Tell whether the answer is the text without some kind of its characters, blanks and all.

    A model that leaves emoji out leaves no two blanks in a row where one was.
    """
    kinds = (_BEYOND, _BEYOND_TWO_BYTES, _BEYOND_THE_PLANE)
    thinned = {kind.sub("", text) for kind in kinds} - {text}
    return answer.strip() in {each for each in thinned if "  " in each}


def replaced_echo(text: str, answer: str, stands: str) -> bool:
    """Tell whether the answer holds the text with each run beyond ASCII matched by `stands`."""
    skeleton = stands.join(map(re.escape, _BEYOND.split(text)))
    return re.search(skeleton, answer) is not None
