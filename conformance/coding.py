"""Content codings undone, with a bound on what comes out. Knows nothing of what the bytes mean.

`br` and `zstd` need the libraries `brotli` and `zstandard`; without them the content stays unread,
and says so.
"""

from __future__ import annotations

import importlib
import io
import zlib
from dataclasses import dataclass
from typing import Any

CAP = 8 * 1024 * 1024
"""Most bytes that a body may unfold to."""
_MOST_CODINGS = 3
_MOST_MEMBERS = 100


@dataclass(frozen=True, slots=True)
class Content:
    """A body with its content coding undone."""

    data: bytes
    """As far as it could be undone."""
    codings: tuple[str, ...] = ()
    """Those undone; empty when the body came plain."""
    problem: str = ""
    """Why it could not be undone whole."""
    too_large: bool = False
    """Whether it unfolds to more than the cap."""


def undo(body: bytes, codings: tuple[str, ...]) -> Content:
    """Undo the codings of a Content-Encoding, last applied first."""
    names = tuple(name for name in codings if name != "identity")
    if not names or not body:
        return Content(body)
    if len(names) > _MOST_CODINGS:
        return Content(body, names, f"has {len(names)} content codings")
    data = body
    for name in reversed(names):
        undone = _OPENERS.get(name)
        if undone is None:
            return Content(data, names, f"has the unknown content coding {name[:40]!r}")
        try:
            data, whole = undone(data)
        except ModuleNotFoundError as error:
            return Content(data, names, f"is coded {name}, which needs `pip install {error.name}`")
        except Exception:
            # Each library has errors of its own, and a stranger's bytes may find any of them.
            return Content(b"", names, f"is not {name}, although its header says so")
        if len(data) > CAP:
            return Content(data[:CAP], names, f"unfolds to more than {CAP} bytes", too_large=True)
        if not whole:
            return Content(data, names, f"is cut short within its {name} coding")
    return Content(data, names)


def _zlib(data: bytes, window: int) -> tuple[bytes, bool]:
    out = bytearray()
    rest = data
    for _ in range(_MOST_MEMBERS):
        opener = zlib.decompressobj(window)
        out += opener.decompress(rest, CAP + 1 - len(out))
        if len(out) > CAP or not opener.eof:
            return bytes(out), False
        rest = opener.unused_data
        if not rest:
            return bytes(out), True
    return bytes(out), False


def _gzip(data: bytes) -> tuple[bytes, bool]:
    return _zlib(data, zlib.MAX_WBITS | 16)


def _deflate(data: bytes) -> tuple[bytes, bool]:
    try:
        return _zlib(data, zlib.MAX_WBITS)
    except zlib.error:
        # The name means the zlib format, but servers that send it raw have always been read.
        return _zlib(data, -zlib.MAX_WBITS)


def _brotli(data: bytes) -> tuple[bytes, bool]:
    brotli: Any = importlib.import_module("brotli")
    opener = brotli.Decompressor()
    out = bytearray()
    step = 4096
    for start in range(0, len(data), step):
        out += opener.process(data[start : start + step], output_buffer_limit=CAP + 1 - len(out))
        if len(out) > CAP:
            return bytes(out), False
    return bytes(out), bool(opener.is_finished())


def _zstd(data: bytes) -> tuple[bytes, bool]:
    zstandard: Any = importlib.import_module("zstandard")
    opener = zstandard.ZstdDecompressor(max_window_size=2**27)
    with opener.stream_reader(io.BytesIO(data), read_across_frames=True) as reader:
        out: bytes = reader.read(CAP + 1)
    return out, True


_OPENERS = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
