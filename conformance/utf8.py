"""UTF-8 read the way a browser reads it, keeping the places that are not UTF-8.

Knows nothing of lines, events or JSON.
"""

from __future__ import annotations

from dataclasses import dataclass

UTF8 = frozenset({"utf-8", "utf8", "unicode-1-1-utf-8"})
"""What a charset may be called that is UTF-8: the labels of the WHATWG encoding standard."""
_REPLACEMENT = b"\xef\xbf\xbd"
_WINDOW = 4096


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded bytes. A U+FFFD that was really sent is told apart from one put there by us."""

    value: str
    invalid: tuple[int, ...]
    """Byte offsets of ill-formed sequences, at most as many as were asked for."""
    invalid_count: int
    replacements: tuple[int, ...]
    """Byte offsets of U+FFFD that the sender itself wrote, at most as many as were asked for."""
    replacement_count: int


def decode(data: bytes, most: int = 100, most_sent: int = 100) -> Text:
    """Decode with one U+FFFD for each ill-formed sequence, and say where the first ones are.

    At most `most` places of ill-formed sequences are told, and `most_sent` of U+FFFD that came.
    """
    value = data.decode(errors="replace")
    if "\ufffd" not in value:
        return Text(value, (), 0, (), 0)
    # EF never continues another character, so these three bytes are always a U+FFFD sent.
    sent = data.count(_REPLACEMENT)
    invalid_count = value.count("\ufffd") - sent
    invalid = tuple(_invalid(data, min(most, invalid_count)))
    replacements = tuple(_occurrences(data, min(most_sent, sent)))
    return Text(value, invalid, invalid_count, replacements, sent)


def _invalid(data: bytes, most: int) -> list[int]:
    found: list[int] = []
    position = 0
    while len(found) < most:
        # Small windows: an error object copies the bytes that it is about.
        window = data[position : position + _WINDOW]
        try:
            window.decode()
            position += len(window)
        except UnicodeDecodeError as error:
            position += error.start
            if error.start > 0 and error.end == len(window):
                continue  # perhaps only cut by the window
            found.append(position)
            position += error.end - error.start
    return found


def _occurrences(data: bytes, most: int) -> list[int]:
    found: list[int] = []
    position = -1
    while len(found) < most:
        position = data.index(_REPLACEMENT, position + 1)
        found.append(position)
    return found
