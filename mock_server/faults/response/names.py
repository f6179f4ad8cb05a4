"""Lies about which model answered, in both modes."""

from __future__ import annotations

from typing import Any

from mock_server.call import Call
from mock_server.faults import Chunks, fault

Json = dict[str, Any]
OTHER = "acme/other-13b"


def _fourth(call: Call) -> bool:
    return call.number % 4 == 3


@fault("response.model-steady", at="document")
def names_another_now_and_then(document: Json, call: Call) -> Json:
    """Name another model in every fourth answer."""
    if "choices" in document and _fourth(call):
        document["model"] = OTHER
    return document


@fault("response.model-steady", at="chunks")
async def streams_another_now_and_then(chunks: Chunks, call: Call) -> Chunks:
    """Name another model in every fourth answer."""
    async for chunk in chunks:
        yield {**chunk, "model": OTHER} if "choices" in chunk and _fourth(call) else chunk
