"""Shapes: which objects an admitted call is answered with, and which pieces they are made of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from mock_server.call import Call
from mock_server.completion import Piece
from mock_server.gateway import Gateway
from mock_server.parameters import include_usage
from mock_server.text_completion import asking
from mock_server.text_completion.wire import TextAnswer, TextStream
from mock_server.wire import JsonAnswer, StreamAnswer


def whole(gateway: Gateway, call: Call) -> JsonAnswer | TextAnswer:
    """Return what gathers pieces into one object."""
    assert call.prompt is not None
    stamp = gateway.stamp(call)
    return TextAnswer(call.prompt, stamp) if call.parts else JsonAnswer(call.prompt, stamp)


def streamed(gateway: Gateway, call: Call) -> StreamAnswer | TextStream:
    """Return what turns pieces into the objects of a stream."""
    assert call.prompt is not None
    shape = TextStream if call.parts else StreamAnswer
    return shape(
        call.prompt,
        gateway.stamp(call),
        include_usage=include_usage(call.body),
        prices=gateway.prices(call),
    )


def made(call: Call) -> Iterator[Piece] | AsyncIterator[Piece]:
    """Return what the engine makes for a call."""
    assert call.prompt is not None
    if call.parts:
        return asking.pieces(call.engine, call.parts, call.body.get("echo") is True)
    return call.engine.pieces(call.prompt)
