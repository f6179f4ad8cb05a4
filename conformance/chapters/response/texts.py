"""What an answer's text is made of, where the text to be said is known."""

from __future__ import annotations

import html
import re

from conformance import retelling
from conformance.catalogue import Statements, judges
from conformance.excerpt import visible
from conformance.modes import plain, streamed
from conformance.probe import Transcript
from conformance.probes.stream import TEXTS
from conformance.reading import Reading
from conformance.verdict import Finding

SIGNS = ("<", "&")
"""Signs of the prompt that a page would escape."""
_ENTITY = re.compile(r"&(lt|gt|amp|quot|#\d{2,4}|#x[0-9a-fA-F]{2,4});")
_LABELS = (plain("lines"), streamed("lines"))


def escaped(transcript: Transcript) -> Transcript | None:
    """One answer is escaped for a page."""
    reading = transcript.get(_LABELS[0])
    if reading is None or not any(sign in reading.text_of() for sign in SIGNS):
        return None
    return transcript.replacing(retelling.with_text(reading.exchange, html.escape))


@judges("response.no-entities", on=TEXTS, forgery=escaped)
def no_entities(transcript: Transcript) -> Statements:
    """An echo of signs that a page would escape holds no escapes in their place."""
    for reading in filter(None, map(transcript.get, _LABELS)):
        found = _ENTITY.search(reading.text_of())
        if found and _only_escaped(reading):
            expected = f"{html.unescape(found[0])!r}, as in the prompt"
            yield Finding(
                f"{reading.id}, text", expected, _shown(reading, found.start()), reading.id
            )


def _only_escaped(reading: Reading) -> bool:
    """Whether the signs come escaped and never plain, which no model does that repeats a text."""
    bare = _ENTITY.sub("", reading.text_of())
    return not any(sign in bare for sign in SIGNS)


def _shown(reading: Reading, at: int) -> str:
    return visible(reading.text_of()[max(at - 20, 0) : at + 60], 80)
