"""Lies in the blocks of a stream: their ends, their data, their characters."""

from __future__ import annotations

import re
from dataclasses import replace

from mock_server.call import Call
from mock_server.completion import Prompt
from mock_server.faults import DONE, Events, Pieces, fault
from mock_server.faults.framing.eventwise import eventwise

_BEYOND = re.compile(r"[^\x00-\x7f]")
_BEYOND_THE_PLANE = re.compile("[^\x00-\uffff]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


@eventwise("framing.utf8")
def writes_latin(event: bytes, number: int) -> bytes:
    """Write a stream in Latin-1."""
    del number
    return event.decode().encode("latin-1", "backslashreplace")


@eventwise("framing.blank-line")
def no_blank_lines(event: bytes, number: int) -> bytes:
    """End events with one line end instead of two."""
    del number
    return event[:-1]


@eventwise("framing.blank-line/pairs")
def pairs_of_events(event: bytes, number: int) -> bytes:
    """Put two chunks into one event."""
    return event[:-1] if number == 2 else event


@eventwise("framing.last-block")
def open_end(event: bytes, number: int) -> bytes:
    """End the last event with one line end instead of two."""
    del number
    return event[:-1] if event == DONE else event


@eventwise("framing.last-block/nothing")
def very_open_end(event: bytes, number: int) -> bytes:
    """End the last event with no line end at all."""
    del number
    return event[:-2] if event == DONE else event


@eventwise("framing.data-json")
def cuts_json(event: bytes, number: int) -> bytes:
    """Cut the JSON of an event short."""
    return event[:-5] + b"\n\n" if number == 3 and event != DONE else event


@eventwise("framing.data-json/late")
def cuts_json_late(event: bytes, number: int) -> bytes:
    """Cut the JSON of the sixtieth event short."""
    return event[:-5] + b"\n\n" if number == 60 and event != DONE else event


@eventwise("framing.data-json/ping")
def pings(event: bytes, number: int) -> list[bytes]:
    """Send a ping as data."""
    return [b"data: ping\n\n", event] if number == 3 else [event]


@eventwise("framing.data-json/empty")
def sends_empty_data(event: bytes, number: int) -> list[bytes]:
    """Send an event with empty data."""
    return [b"data:\n\n", event] if number == 2 else [event]


@eventwise("framing.data-json/twice-framed")
def frames_twice(event: bytes, number: int) -> bytes:
    """Write `data:` twice."""
    del number
    return b"data: " + event


@eventwise("framing.data-json/two-on-a-line")
def two_on_a_line(event: bytes, number: int) -> bytes:
    """Put two JSON texts on one line."""
    return event[:-2] + event[5:] if number == 2 else event


@fault("framing.data-json/raw-newline", at="events")
async def raw_newline(events: Events, call: Call) -> Events:
    """Write a line feed of the text as it is."""
    del call
    async for event in events:
        yield event.replace(b"\\n", b"\n")


@eventwise("framing.unique-names")
def says_it_twice(event: bytes, number: int) -> bytes:
    """Name a member twice."""
    del number
    return event.replace(b'"object":', b'"object":"","object":', 1)


@eventwise("framing.whole-characters")
def half_characters(event: bytes, number: int) -> list[bytes]:
    """Split a surrogate pair over two events."""
    del number
    text = event.decode()
    found = _ASTRAL.search(text)
    if found is None:
        return [event]
    pair = found[0].encode("utf-16-be")
    return [
        (text[: found.start()] + f"\\u{half.hex()}" + text[found.end() :]).encode()
        for half in (pair[:2], pair[2:])
    ]


@eventwise("framing.comment-kept")
def comment_as_data(event: bytes, number: int) -> list[bytes]:
    """Send a comment as data."""
    return [b"data: : PROCESSING\n\n", event] if number == 1 else [event]


@eventwise("framing.sentinel-exact")
def quoted(event: bytes, number: int) -> bytes:
    """Put the sentinel in quotes."""
    del number
    return event.replace(b"[DONE]", b'"[DONE]"')


@eventwise("framing.sentinel-exact/lower")
def lower(event: bytes, number: int) -> bytes:
    """Write the sentinel in lower case."""
    del number
    return event.replace(b"[DONE]", b"[done]")


@eventwise("framing.sentinel-exact/blank")
def blank_behind(event: bytes, number: int) -> bytes:
    """Write a blank behind the sentinel."""
    del number
    return event.replace(b"[DONE]", b"[DONE] ")


@eventwise("framing.event-name")
def named(event: bytes, number: int) -> bytes:
    """Give every event a type of its own."""
    del number
    return b"event: delta\n" + event


@eventwise("framing.event-name/done")
def named_end(event: bytes, number: int) -> bytes:
    """Give the sentinel a type of its own."""
    del number
    return b"event: done\n" + event if event == DONE else event


@eventwise("framing.no-replacement")
def replaces(event: bytes, number: int) -> bytes:
    """Replace every character beyond ASCII of a stream by U+FFFD."""
    del number
    return _BEYOND.sub("\ufffd", event.decode()).encode()


@fault("framing.no-replacement/both", at="pieces")
async def replaces_everywhere(pieces: Pieces, call: Call) -> Pieces:
    """Replace every character beyond ASCII by U+FFFD, in both modes."""
    del call
    async for piece in pieces:
        yield replace(piece, text=_BEYOND.sub("\ufffd", piece.text))


@eventwise("framing.characters-kept")
def reads_latin(event: bytes, number: int) -> bytes:
    """Read the bytes of a stream as Latin-1 and write them as UTF-8 once more."""
    del number
    return event.decode("latin-1").encode()


@eventwise("framing.characters-kept/marks")
def question_marks(event: bytes, number: int) -> bytes:
    """Put question marks in the place of characters beyond ASCII."""
    del number
    return _BEYOND.sub("?", event.decode()).encode()


@eventwise("framing.characters-kept/plane")
def knows_one_plane(event: bytes, number: int) -> bytes:
    """Leave out characters of four bytes."""
    del number
    return _BEYOND_THE_PLANE.sub("", event.decode()).encode()


@fault("framing.characters-kept/prompt", at="prompt")
def misreads_prompts(prompt: Prompt, call: Call) -> Prompt:
    """Read the prompt's UTF-8 as Latin-1."""
    del call
    turns = [replace(each, text=each.text.encode().decode("latin-1")) for each in prompt.turns]
    return replace(prompt, turns=tuple(turns))
