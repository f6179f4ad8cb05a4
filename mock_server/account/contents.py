"""Contents: small files that are what they say they are: a film, a tone, a solid. Knows no job."""

from __future__ import annotations

import hashlib
import json
import math
import struct

RATE = 8_000
"""Samples a second."""
SECONDS = 1


def contents(modality: str, prompt: str) -> bytes:
    """Return the file of a job; the same for the same prompt."""
    seed = hashlib.blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    match modality:
        case "video":
            return _mp4(seed)
        case "music":
            return _wav(seed)
        case _:
            return _glb(seed)


def _mp4(seed: bytes) -> bytes:
    """An ISO base media file: its brands, a movie of no tracks, and data of no use."""
    header = struct.pack(">4IIHH8x9I24xI", 0, 0, 0, 1000, 0x00010000, 0x0100, 0, *_UNMOVED, 1)
    return (
        _box(b"ftyp", b"isom" + struct.pack(">I", 512) + b"isomiso2mp41")
        + _box(b"moov", _box(b"mvhd", header))
        + _box(b"mdat", seed)
    )


_UNMOVED = (0x00010000, 0, 0, 0, 0x00010000, 0, 0, 0, 0x40000000)


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def _wav(seed: bytes) -> bytes:
    """Eight notes in a second, of one channel and eight bits a sample."""
    samples = bytearray()
    for note in seed[:8]:
        step = 2 * math.pi * 220 * 2 ** ((note % 13) / 12) / RATE
        for index in range(RATE * SECONDS // 8):
            samples.append(128 + round(60 * math.sin(step * index)))
    format_ = struct.pack("<HHIIHH", 1, 1, RATE, RATE, 1, 8)
    body = b"WAVE" + _chunk(b"fmt ", format_) + _chunk(b"data", bytes(samples))
    return _chunk(b"RIFF", body)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body


def _glb(seed: bytes) -> bytes:
    """A tetrahedron, its corners moved a little."""
    corners = [(1, 1, 1), (-1, -1, 1), (-1, 1, -1), (1, -1, -1)]
    points = [
        tuple(value + seed[3 * corner + axis] / 1024 for axis, value in enumerate(corner_))
        for corner, corner_ in enumerate(corners)
    ]
    faces = (0, 1, 2, 0, 3, 1, 0, 2, 3, 1, 3, 2)
    data = b"".join(struct.pack("<3f", *point) for point in points)
    data += struct.pack("<12H", *faces)
    scene = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "buffers": [{"byteLength": len(data)}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 48},
            {"buffer": 0, "byteOffset": 48, "byteLength": 24},
        ],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 4,
                "type": "VEC3",
                "min": [min(axis) for axis in zip(*points, strict=True)],
                "max": [max(axis) for axis in zip(*points, strict=True)],
            },
            {"bufferView": 1, "componentType": 5123, "count": 12, "type": "SCALAR"},
        ],
    }
    text = json.dumps(scene, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    whole = struct.pack("<II", len(text), 0x4E4F534A) + text
    whole += struct.pack("<II", len(data), 0x004E4942) + data
    return struct.pack("<4sII", b"glTF", 2, len(whole) + 12) + whole
